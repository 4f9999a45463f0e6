import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findExecutable } from "../../tools/executable.ts";
import { renderPage } from "../../gateway/page/page.ts";
import { ask, device, gatewayOf, password, stillClock, type TestGateway } from "./gatewayOf.ts";

const program = await findChromium();

async function findChromium(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const file = await findExecutable(name, process.env.PATH ?? "");
    if (file !== undefined) return file;
  }
  return undefined;
}

const devices = [
  device({ sensor: "living-room", room: "living-room", transport: "udp" }),
  device({ sensor: "kitchen-1", room: "kitchen", transport: "udp" }),
  device({ sensor: "attic", room: "attic", model: "BME280", board: "esp32dev", transport: "udp" }),
  device({ sensor: "cellar", room: "cellar", model: "DHT11", transport: "udp" }),
];

/** What a sensor measures at an hour of the day, with the noise of a DHT22. */
function weather(sensor: string, hour: number): [temperature: number, humidity: number] {
  const sun = Math.sin(((hour - 9) / 24) * 2 * Math.PI);
  const noise = (Math.sin(hour * 7.3) + Math.sin(hour * 17.9) + Math.sin(hour * 2.1)) * 0.06;
  switch (sensor) {
    case "living-room":
      return [20.8 + sun * 1.4 + noise, 46 - sun * 4 + noise * 7];
    case "kitchen-1": {
      const cooking = Math.exp(-((hour - 18.5) ** 2) / 0.8);
      return [20.2 + sun + cooking * 2.6 + noise, 48 + cooking * 24 + noise * 7];
    }
    case "attic":
      return [1.5 + sun * 4.2 + noise, 78 - sun * 9 + noise * 6];
    default:
      return [12.4 + noise / 2, 71 + noise * 6];
  }
}

/** A gateway that was fed for a day; the cellar fell silent some hours ago. */
async function fed(): Promise<TestGateway> {
  const clock = stillClock();
  const gateway = await gatewayOf({ devices, clock });
  for (let minute = 0; minute <= 24 * 60; minute += 4) {
    const hour = (minute / 60 + 20.5) % 24;
    for (const { sensor } of devices) {
      if (sensor === "cellar" && minute > 21 * 60) continue;
      const [temperature, humidity] = weather(sensor, hour);
      const prefix = temperature < 0 ? `${sensor}.temperature:0|g\n` : "";
      await gateway.datagram(
        `${prefix}${sensor}.temperature:${temperature.toFixed(1)}0000|g\n${sensor}.humidity:${humidity.toFixed(1)}0000|g\n`,
      );
    }
    clock.move(minute === 24 * 60 ? 40 : 240);
  }
  await gateway.datagram("kitchen-1.humidity:260.000000|g\n");
  await gateway.datagram("balcony.temperature:7.500000|g\nbalcony.humidity:60.000000|g\n");
  return gateway;
}

it("is empty, and says so, before there is anything", async () => {
  const { gateway } = await gatewayOf({ devices: [] });
  expect(renderPage(gateway, { reachable: true } as never)).toContain("No sensor is set up");
  const one = await gatewayOf();
  const { body } = await ask(one.httpPort, "/");
  expect(body).toContain("no reading yet");
  expect(body).toContain("no reading in the last day");
});

describe.skipIf(program === undefined)("in Chromium (there must be one on PATH)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(() => browser.close());

  interface Look {
    readonly width: number;
    readonly colorScheme: "light" | "dark";
  }

  /** Opens the page as somebody outside does, with all that it asked for and all that the browser complained of. */
  async function open(gateway: TestGateway, { width, colorScheme }: Look) {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      deviceScaleFactor: 1,
      colorScheme,
      httpCredentials: { username: "home", password },
      extraHTTPHeaders: { "x-forwarded-for": "203.0.113.7" },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const url = `http://127.0.0.1:${gateway.httpPort}/`;
    await page.goto(url);
    const others = asked.filter((each) => each !== url && !each.endsWith("/favicon.ico"));
    return { page, others, complaints: complaints.filter((text) => !/favicon|401|404/.test(text)) };
  }

  it.each<Look>([
    { width: 360, colorScheme: "light" },
    { width: 360, colorScheme: "dark" },
    { width: 1280, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
  ])("shows each sensor's latest values and its day at $width px, $colorScheme", async (look) => {
    const { page, others, complaints } = await open(await fed(), look);
    expect(others).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await page.locator("article").count()).toBe(4);
    const kitchen = page.locator("article", { hasText: "kitchen-1" });
    expect(await kitchen.locator(".values").innerText()).toMatch(/^2\d\.\d\s*°C\s*\d\d\.\d\s*%$/);
    expect(await kitchen.innerText()).toContain("a DHT22 measures a humidity from 0 to 100 %, not 260");
    expect(await kitchen.locator("svg").count()).toBe(2);
    // A curve of a day: from the left edge of the plot to its right.
    const box = await kitchen.locator("svg .line").first().boundingBox();
    const chart = await kitchen.locator("svg").first().boundingBox();
    expect(box!.width).toBeGreaterThan(0.8 * chart!.width);
    expect(await page.locator("article", { hasText: "cellar" }).innerText()).toContain("silent, 3 h ago");
    expect(await page.locator("section").innerText()).toMatch(
      /balcony at 127\.0\.0\.1\s*unknown device, once/,
    );
    await expectNoOverflow(page);
    await expectContrast(page);
    await screenshot(page, look);
  });

  /** Nothing is wider than the screen: a phone need not scroll sideways. */
  async function expectNoOverflow(page: Page): Promise<void> {
    const [content, screen] = await page.evaluate<[number, number]>(
      "[document.documentElement.scrollWidth, innerWidth]",
    );
    expect(content).toBeLessThanOrEqual(screen);
  }

  /** Text stands out from its card as WCAG 2.2 asks for (1.4.3). */
  async function expectContrast(page: Page): Promise<void> {
    const colours = await page.evaluate<[string, string][]>(`
      [...document.querySelectorAll("article :is(h2,p,b,dt,dd,small,span),section :is(b,span)")].map((each) => [
        getComputedStyle(each).color,
        getComputedStyle(each.closest("article,section")).backgroundColor,
      ])`);
    expect(colours.length).toBeGreaterThan(20);
    for (const [text, card] of colours)
      expect(contrast(text, card), `${text} on ${card}`).toBeGreaterThan(4.5);
  }

  async function screenshot(page: Page, { width, colorScheme }: Look): Promise<void> {
    if (process.env.SCREENSHOTS === undefined) return;
    const folder = fileURLToPath(new URL("../../docs", import.meta.url));
    if (!existsSync(folder)) mkdirSync(folder);
    const file = path.join(folder, `sensors-${width < 600 ? "phone" : "desk"}-${colorScheme}.png`);
    await page.screenshot({ path: file, fullPage: true });
  }
});

/** WCAG's contrast of two colours as `rgb(…)`. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = (colour.match(/\d+/g) ?? []).map((each) => {
    const part = Number(each) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
