import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

/** What a browser showed. */
export interface Opened {
  /** Why there is no browser, in one line. */
  missing?: string;
  title?: string;
  security?: { issuer: string; protocol: string } | null;
  /** Why it showed the page not, or only with a warning. */
  error?: string;
}

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * Opens a page in headless Chromium, which comes to 127.0.0.1 whatever the host. No certificate error is ignored.
 *
 * @param root an authority that the browser trusts beside those it knows, in PEM
 * @param folder for its files
 */
export async function openPage(url: string, root: string | undefined, folder: string): Promise<Opened> {
  const executablePath = places.find((file) => existsSync(file));
  if (executablePath === undefined) return { missing: "Chromium is not installed" };
  const home = mkdtempSync(path.join(folder, "home-"));
  if (root !== undefined && !trust(root, home)) return { missing: "certutil (libnss3-tools) is not on PATH" };
  const args = ["--host-resolver-rules=MAP * 127.0.0.1", "--no-sandbox"];
  const browser = await chromium.launch({
    executablePath,
    args,
    env: { ...process.env, HOME: home },
  });
  try {
    const page = await browser.newPage();
    const response = await page.goto(url, { timeout: 60_000 });
    const details = await response?.securityDetails();
    const security = details ? { issuer: details.issuer ?? "", protocol: details.protocol ?? "" } : null;
    return { title: await page.title(), security };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}

/** Makes a root trusted for everything that has this home. */
function trust(root: string, home: string): boolean {
  const database = `sql:${path.join(home, ".pki", "nssdb")}`;
  const file = path.join(home, "root.pem");
  writeFileSync(file, root);
  try {
    execFileSync("mkdir", ["-p", path.join(home, ".pki", "nssdb")]);
    execFileSync("certutil", ["-d", database, "-N", "--empty-password"], { stdio: "pipe" });
    execFileSync("certutil", ["-d", database, "-A", "-t", "C,,", "-n", "root", "-i", file], {
      stdio: "pipe",
    });
    return true;
  } catch {
    return false;
  }
}
