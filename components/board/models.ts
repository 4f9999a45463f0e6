/** A board one can buy. */
export interface BoardModel {
  /** What people call it: "Raspberry Pi 3 Model B". */
  name: string;
  /** Nominal RAM in MiB, as printed on the box. */
  ram: number;
  /**
   * MemTotal in MiB, which the kubelet calls capacity: the RAM less what firmware, GPU and the kernel's own
   * image and page tables keep. Where sources differ, the smallest from an operating system bramble supports
   * with the GPU's share at its default: a plan that is a little too small wastes a little, one that is too
   * large lets the board run out.
   */
  capacity: number;
  /** Where `capacity` was seen, or that it was estimated and from what. */
  capacitySource: string;
  cores: number;
  /** The maker's page, for `ram` and `cores`. */
  source: string;
}

/** A board people own and the cluster can't use. */
export interface RefusedModel {
  name: string;
  /** The reason and the way out. */
  why: string;
}

type Capacity = Pick<BoardModel, "capacity" | "capacitySource">;

/**
 * MiB a kernel leaves of `ram` MiB, for a board that is not in the catalogue: 48 MiB, 10.2 % of the first
 * 8 GiB and 3 % of the rest are taken off. This lies below the smallest MemTotal seen for each size, and so
 * below what most boards have.
 *
 * | nominal | smallest MemTotal seen | here | where |
 * |---|---|---|---|
 * | 512 | 416 | 411 | Raspberry Pi Zero 2 W, raspberrypi/picamera2#1358 |
 * | 1024 | 905 | 871 | Raspberry Pi 3 Model B, as in `models` |
 * | 2048 | 1848 | 1791 | Raspberry Pi 4, as in `models`; a QEMU guest of Debian trixie has 1973 |
 * | 4096 | 3635 | 3630 | ODROID-M1, sbc-bench 4ijy |
 * | 8192 | 7424 | 7308 | ODROID-M1, sbc-bench 3Ug9 |
 * | 16384 | 15719 | 15254 | Radxa ROCK 5B, sbc-bench 4qJr |
 *
 * Nothing was seen above 16 GiB; there the 3 % are twice the 1.6 % that a kernel with 4 KiB pages needs for
 * its page descriptors. Makers' own images that set large areas aside for video can leave less than this (a
 * 1 GiB Banana Pi M4: 570, sbc-bench 1Dt1); they aren't supported.
 */
export function capacityOf(ram: number): number {
  const first = Math.min(ram, 8192);
  return Math.floor(ram - 48 - 0.102 * first - 0.03 * (ram - first));
}

const estimated = (ram: number): Capacity => ({
  capacity: capacityOf(ram),
  capacitySource: "no figure found: estimated by capacityOf from other boards of this size",
});

const seen = (capacity: number, capacitySource: string): Capacity => ({ capacity, capacitySource });

/** For a board without a figure of its own, that of its closest relative. */
const like = (relative: string, { capacity, capacitySource }: Capacity): Capacity =>
  seen(capacity, `no figure of its own, taken from ${relative}: ${capacitySource}`);

/**
 * A result of ThomasKaiser/sbc-bench. Most give MemTotal through `free -h` with one decimal only: the lowest
 * value that is rounded so is taken. Armbian makes its zram half of MemTotal, and its size is in the results
 * to the KiB: twice that gives MemTotal to a few KiB (as in 3InF and 3FlD, where both can be read).
 */
const sbcBench = (result: string, what: string): string =>
  `ThomasKaiser/sbc-bench results/${result}.txt: ${what}`;

/** A board sold with one amount of RAM. */
function board(
  name: string,
  cores: number,
  source: string,
  ram: number,
  capacity = estimated(ram),
): BoardModel {
  return { name, ram, ...capacity, cores, source };
}

/** A board sold with several. */
function variants(name: string, cores: number, source: string) {
  return (ram: number, capacity?: Capacity) =>
    board(`${name}, ${ram / 1024} GB`, cores, source, ram, capacity);
}

const raspberry = (product: string) => `https://www.raspberrypi.com/products/${product}/`;
const orange = (product: string) =>
  `http://www.orangepi.org/html/hardWare/computerAndMicrocontrollers/details/${product}.html`;

const pi4 = variants("Raspberry Pi 4 Model B", 4, raspberry("raspberry-pi-4-model-b"));
const cm4 = variants("Raspberry Pi Compute Module 4", 4, raspberry("compute-module-4"));
const pi5 = variants("Raspberry Pi 5", 4, raspberry("raspberry-pi-5"));
const cm5 = variants("Raspberry Pi Compute Module 5", 4, raspberry("compute-module-5"));
const tinkerPage = "https://tinker-board.asus.com/download-list.html?product=tinker-board-2";
const tinker2 = variants("ASUS Tinker Board 2 / 2S", 6, tinkerPage);
const rock4 = variants("Radxa ROCK 4 (ROCK Pi 4)", 6, "https://docs.radxa.com/rock4");
const rock5b = variants("Radxa ROCK 5B", 8, "https://docs.radxa.com/rock5/rock5b");
const orangePi3b = variants("Orange Pi 3B", 4, orange("Orange-Pi-3B"));
const orangePi5 = variants("Orange Pi 5", 8, orange("Orange-Pi-5"));
const odroidN2Plus = variants("ODROID-N2+", 6, "https://wiki.odroid.com/odroid-n2/odroid-n2");
const odroidM1 = variants("ODROID-M1", 4, "https://wiki.odroid.com/odroid-m1/odroid-m1");
const rock64 = variants("PINE64 ROCK64", 4, "https://pine64.org/devices/rock64/");
const rockPro64 = variants("PINE64 ROCKPro64", 6, "https://pine64.org/devices/rockpro64/");

const pi3 = seen(
  905,
  "MemTotal 927028 kB with Ubuntu 22.04, kernel 5.15.0-1049-raspi, and 926828 kB on a Pi 3 with Debian 13 " +
    `(two READMEs on GitHub); ${sbcBench("4hOp", "909Mi")}`,
);

/** The BCM2711 of Raspberry Pi 4, 400 and Compute Module 4 with its memory split of 76 MiB for the GPU. */
const bcm2711 = {
  1: seen(
    905,
    `${sbcBench("3OBF", "909Mi, kernel 5.10.92")}; less the 4 that newer kernels took off the Pi 3's 909`,
  ),
  2: seen(
    1848,
    "huataihuang/cloud-atlas-draft os/linux/kernel/tracing/top_load_1.md: 1848.2 MiB with Ubuntu 20.04",
  ),
  4: seen(
    3790,
    "3790 MiB with Ubuntu 23.10, kernel 6.5.0-1010-raspi (a README on GitHub); " +
      "with Raspberry Pi OS bookworm 3792: benjaminmetzler/OpenRemoteHub README.md",
  ),
  8: seen(
    7810,
    "huataihuang/cloud-atlas-draft os/linux/kernel/tracing/top_load_1.md: 7810.3 MiB with Ubuntu 20.04; " +
      "with Raspberry Pi OS trixie 7819: geerlingguy/sbc-reviews#110",
  ),
};

/**
 * The BCM2712 of Raspberry Pi 5 and Compute Module 5. Raspberry Pi OS has pages of 16 KiB there and so a
 * quarter of the page descriptors that Ubuntu needs for its 4 KiB: Ubuntu leaves 110 to 120 MiB less.
 */
const bcm2712 = {
  1: estimated(1024),
  2: seen(1877, "no figure found: estimated as 2048 less the 171 MiB that the 4 GB board loses with Ubuntu"),
  4: seen(
    3925,
    "sergev/vak-opensource sysinfo/Raspberry-Pi-5-Model-B/neofetch.txt: 3925MiB with Ubuntu 23.10; " +
      "with Raspberry Pi OS 4045 on a Compute Module 5: geerlingguy/sbc-reviews#58",
  ),
  8: seen(
    7937,
    "7937 MiB with Ubuntu 24.04.1, kernel 6.8.0-1010-raspi (a README on GitHub); " +
      "with Raspberry Pi OS 8048 on a Raspberry Pi 500: geerlingguy/sbc-reviews#60",
  ),
  16: seen(
    15961,
    "estimated: the step in loss from 4 to 8 GB with Ubuntu, 84 MiB for each 4 GB, continued; " +
      "with Raspberry Pi OS 16215 on a Raspberry Pi 500+: geerlingguy/sbc-reviews#81",
  ),
};

/** The RK3399 of ROCK 4, ROCKPro64 and Tinker Board 2. */
const rk3399 = {
  2: seen(1894, sbcBench("4ozG", "1.9Gi on a ROCK Pi 4B, at least 1894")),
  4: seen(3737, sbcBench("2yIx", "3.7Gi on a ROCKPro64, at least 3737; 3863 and 3864 on three others")),
};

/** The ROCK 3A's RK3568, for the RK3566 of the Orange Pi 3B. */
const rk3568 = {
  4: seen(3924, sbcBench("40TX", "zram of 2009252 kB with Armbian")),
  8: seen(7628, sbcBench("3UXa", "7.5Gi, at least 7628")),
};

/** The RK3588 of the ROCK 5B; those of Orange Pi 5 and ROCK 5C (RK3588S, RK3588S2) have fewer ports. */
const rk3588 = {
  4: seen(3921, sbcBench("5pv8oh", "zram of 2007844 kB on a ROCK 5C")),
  8: seen(7934, `${sbcBench("XyIw", "zram of 4062572 kB on an Orange Pi 5 Max")}; 4D0a.txt: 7.8Gi on a 5`),
  16: seen(15719, sbcBench("4qJr", "zram of 8048172 kB on a ROCK 5B with Armbian")),
};

/** Boards by what a user writes as `model` in the settings. */
export const models = {
  "rpi-3b": board("Raspberry Pi 3 Model B", 4, raspberry("raspberry-pi-3-model-b"), 1024, pi3),
  "rpi-3b-plus": board(
    "Raspberry Pi 3 Model B+",
    4,
    raspberry("raspberry-pi-3-model-b-plus"),
    1024,
    seen(905, "906 MiB with Raspberry Pi OS bookworm, kernel 6.12.47 (a README on GitHub); 905 as on the 3B"),
  ),
  "rpi-3a-plus": board("Raspberry Pi 3 Model A+", 4, raspberry("raspberry-pi-3-model-a-plus"), 512),
  "rpi-zero-2w": board(
    "Raspberry Pi Zero 2 W",
    4,
    raspberry("raspberry-pi-zero-2-w"),
    512,
    seen(416, "raspberrypi/picamera2#1358: MemTotal 426068 kB with Raspberry Pi OS trixie"),
  ),
  "rpi-4b-1gb": pi4(1024, bcm2711[1]),
  "rpi-4b-2gb": pi4(2048, bcm2711[2]),
  "rpi-4b-4gb": pi4(4096, bcm2711[4]),
  "rpi-4b-8gb": pi4(8192, bcm2711[8]),
  "rpi-400": board(
    "Raspberry Pi 400",
    4,
    raspberry("raspberry-pi-400"),
    4096,
    like("Raspberry Pi 4", bcm2711[4]),
  ),
  "rpi-5-1gb": pi5(1024, bcm2712[1]),
  "rpi-5-2gb": pi5(2048, bcm2712[2]),
  "rpi-5-4gb": pi5(4096, bcm2712[4]),
  "rpi-5-8gb": pi5(8192, bcm2712[8]),
  "rpi-5-16gb": pi5(16384, bcm2712[16]),
  "rpi-cm4-1gb": cm4(1024, like("Raspberry Pi 4", bcm2711[1])),
  "rpi-cm4-2gb": cm4(2048, like("Raspberry Pi 4", bcm2711[2])),
  "rpi-cm4-4gb": cm4(4096, like("Raspberry Pi 4", bcm2711[4])),
  "rpi-cm4-8gb": cm4(8192, like("Raspberry Pi 4", bcm2711[8])),
  "rpi-cm5-2gb": cm5(2048, like("Raspberry Pi 5", bcm2712[2])),
  "rpi-cm5-4gb": cm5(4096, like("Raspberry Pi 5", bcm2712[4])),
  "rpi-cm5-8gb": cm5(8192, like("Raspberry Pi 5", bcm2712[8])),
  "rpi-cm5-16gb": cm5(16384, like("Raspberry Pi 5", bcm2712[16])),
  "tinker-board-2-2gb": tinker2(2048, like("other RK3399 boards", rk3399[2])),
  "tinker-board-2-4gb": tinker2(4096, like("other RK3399 boards", rk3399[4])),
  "rock-4-1gb": rock4(
    1024,
    like("the NanoPi NEO4, also RK3399", seen(977, sbcBench("3GmR", "977Mi with Armbian"))),
  ),
  "rock-4-2gb": rock4(2048, rk3399[2]),
  "rock-4-4gb": rock4(4096, seen(3862, sbcBench("3Q2q", "zram of 1977824 kB with Armbian"))),
  "rock-5b-4gb": rock5b(4096, seen(3739, "geerlingguy/sbc-reviews#3: 3739MiB with Radxa's Debian 11")),
  "rock-5b-8gb": rock5b(
    8192,
    seen(7732, "no figure found: estimated on the line between the losses of its 4 GB and 16 GB variants"),
  ),
  "rock-5b-16gb": rock5b(16384, rk3588[16]),
  "orange-pi-3b-2gb": orangePi3b(2048, seen(1978, sbcBench("4KU0", "zram of 1012904 kB"))),
  "orange-pi-3b-4gb": orangePi3b(4096, like("the ROCK 3A", rk3568[4])),
  "orange-pi-3b-8gb": orangePi3b(8192, like("the ROCK 3A", rk3568[8])),
  "orange-pi-5-4gb": orangePi5(4096, like("the ROCK 5C", rk3588[4])),
  "orange-pi-5-8gb": orangePi5(8192, rk3588[8]),
  "orange-pi-5-16gb": orangePi5(16384, like("the ROCK 5B", rk3588[16])),
  "orange-pi-5-32gb": orangePi5(32768),
  "odroid-c4": board(
    "ODROID-C4",
    4,
    "https://wiki.odroid.com/odroid-c4/odroid-c4",
    4096,
    seen(3737, sbcBench("3TQ2", "3.7Gi with Armbian, at least 3737; 3Na5.txt: 3816 on an ODROID-HC4")),
  ),
  "odroid-n2-plus-2gb": odroidN2Plus(2048, seen(1855, sbcBench("3Ntu", "zram of 950064 kB with Armbian"))),
  "odroid-n2-plus-4gb": odroidN2Plus(4096, seen(3785, sbcBench("4rWn", "zram of 1938044 kB with Armbian"))),
  "odroid-m1-4gb": odroidM1(
    4096,
    seen(3635, sbcBench("4ijy", "3.6Gi with Hardkernel's kernel, at least 3635")),
  ),
  "odroid-m1-8gb": odroidM1(
    8192,
    seen(7424, sbcBench("3Ug9", "7.3Gi with Hardkernel's kernel, at least 7424")),
  ),
  "rock64-1gb": rock64(1024),
  "rock64-2gb": rock64(2048, seen(1981, sbcBench("1Ga0KBn", "zram of 1014292 kB with Armbian 23.11"))),
  "rock64-4gb": rock64(4096),
  "rockpro64-2gb": rockPro64(2048, like("the ROCK Pi 4, also RK3399", rk3399[2])),
  "rockpro64-4gb": rockPro64(4096, rk3399[4]),
} as const satisfies Record<string, BoardModel>;

/** What a user may write as `model`. */
export type ModelName = keyof typeof models;

const no32bit = "and Kubernetes has neither binaries nor images for 32-bit ARM after 1.26.";

const refused = (name: string, soc: string, instead: string): RefusedModel => ({
  name,
  why: `its ${soc} is 32-bit, ${no32bit} Use ${instead} or any other arm64 board.`,
});

/** Boards by what a user might write, each with the reason why it can't join. */
export const refusedModels: Record<string, RefusedModel> = {
  "tinker-board": refused("ASUS Tinker Board", "RK3288 (ARMv7)", "a Tinker Board 2 (tinker-board-2-2gb)"),
  "tinker-board-s": refused(
    "ASUS Tinker Board S",
    "RK3288 (ARMv7)",
    "a Tinker Board 2S (tinker-board-2-2gb)",
  ),
  "rpi-1": refused("Raspberry Pi 1", "BCM2835 (ARMv6)", "a Raspberry Pi 3 (rpi-3b)"),
  "rpi-2b": {
    name: "Raspberry Pi 2 Model B",
    why:
      `up to revision 1.1 its BCM2836 (ARMv7) is 32-bit, ${no32bit} Use a Raspberry Pi 3 (rpi-3b) or ` +
      "any other arm64 board. Revision 1.2 is 64-bit: describe it with ram: 1024 and cores: 4, without a model.",
  },
  "rpi-zero": refused("Raspberry Pi Zero", "BCM2835 (ARMv6)", "a Zero 2 W (rpi-zero-2w)"),
  "rpi-zero-w": refused("Raspberry Pi Zero W", "BCM2835 (ARMv6)", "a Zero 2 W (rpi-zero-2w)"),
};
