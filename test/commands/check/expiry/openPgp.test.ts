import { describe, expect, it } from "vitest";
import { keyEnd } from "../../../../commands/check/expiry/openPgp.ts";

/** As gpg makes it: of 2026, for two years. */
const first = `mDMEaVW5ABYJKwYBBAHaRw8BAQdAQ/igtinTi2HZkVn9NtF2HtbiGIRtwSX29XY4
2idLGGq0GWEgcHJvamVjdCA8YUBleGFtcGxlLmNvbT6IlgQTFggAPhYhBN5MnZRA
DLfr86k7Os2mduTd+6SbBQJpVbkAAhsDBQkDwmcABQsJCAcCBhUKCQgLAgQWAgMB
Ah4BAheAAAoJEM2mduTd+6SbgN0A/0U71kDvaicCA1XWZTMYfIYvcw8BJI7rhxqq
fZJm2QYAAP49am2gATFb9nlrOb8redvsdhc0IFTiQE1G3cirwNHECA==
=egfK`;
/** The same key, extended in June 2027 for three years. */
const extended = `mDMEaVW5ABYJKwYBBAHaRw8BAQdAQ/igtinTi2HZkVn9NtF2HtbiGIRtwSX29XY4
2idLGGq0GWEgcHJvamVjdCA8YUBleGFtcGxlLmNvbT6IlgQTFggAPgIbAwULCQgH
AgYVCgkICwIEFgIDAQIeAQIXgBYhBN5MnZRADLfr86k7Os2mduTd+6SbBQJr/f8A
BQkIS+CAAAoJEM2mduTd+6SbISkBAMwFdyIYn9Adv9QErcwh5GrBHVeVJ4SToJsy
+4uh/RXjAQDkSAMBKxJG+JPzEEyx1xm7mhJXuy75ZSK1zFx+KbdlAA==
=4/nZ`;
/** One that never ends and only certifies, with a subkey that signs for a year. */
const withSubkey = `mDMEaVW5ABYJKwYBBAHaRw8BAQdA4IQrQ7v1jLtjYPJI/vWtOW4Frp6lnj6RCIQr
O/U94V+0AWKIkAQTFggAOBYhBNGSfS7sjb/y1YoYaZH1PlZSVCoGBQJpVbkAAhsB
BQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEJH1PlZSVCoGp+IBAJF9vak/jNXa
v57jVEUrF9P7C7/5PQTMy+MLEzrOniPUAQDACebYTOOjKaC8SxQQmL7F2KZKS3zP
zUSFePGYF75FDrgzBGlVuQAWCSsGAQQB2kcPAQEHQEeUTtkVc13n4o04/qamYBgV
USVNX4+e2ZhATPlj7QCLiPUEGBYIACYWIQTRkn0u7I2/8tWKGGmR9T5WUlQqBgUC
aVW5AAIbAgUJAeEzgACBCRCR9T5WUlQqBnYgBBkWCAAdFiEEbyuHIVujKnVc06zE
0a7Nh4FJvVcFAmlVuQAACgkQ0a7Nh4FJvVfb1QEAtme7wbVrKXwrw5NevP0GMZTl
+AghRF6h8fofN6e4cy0BAJBPu8naJwUkPNcvb74O3Cb5JwZRinm62eN9+KAsocUJ
FbUBAJR7oSk8ct+/LWFy8U2JcPxHlFcaD+nM6SCgkxQUYGo5AQDu4xNLtdTyVhKh
RMXgqGLO5OjrFQZhHaf6NGN1/cCVCQ==
=Ncxb`;
const armored = (body: string, header = "") =>
  Buffer.from(
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${header}\n${body}\n-----END PGP PUBLIC KEY BLOCK-----\n`,
  );
const binary = Buffer.from(extended.replace(/=.*$/, "").replaceAll("\n", ""), "base64");

describe("the end of a signing key, as gpg shows it", () => {
  it.each<[string, Buffer, string]>([
    ["of its first signature", armored(first), "2028-01-01"],
    ["of its newest signature", armored(extended), "2030-05-31"],
    [
      "whatever is in front of its armor",
      armored(extended, "Version: GnuPG v2.0.15 (GNU/Linux)\n"),
      "2030-05-31",
    ],
    ["without armor", binary, "2030-05-31"],
    ["of the subkey that signs", armored(withSubkey), "2027-01-01"],
    ["of the last of several", Buffer.concat([armored(first), armored(withSubkey)]), "2028-01-01"],
  ])("is that %s", (_, file, end) => {
    expect(keyEnd(file)?.toISOString().slice(0, 10)).toBe(end);
  });

  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["a web page", Buffer.from("<!DOCTYPE html>")],
    ["half a key", binary.subarray(0, 60)],
    ["a key without its owner's signature", binary.subarray(0, 53)],
    ["a signature alone", armored(first.split("\n").slice(2).join("\n"))],
  ])("is not known of %s", (_, file) => {
    expect(() => keyEnd(file)).toThrow();
  });
});
