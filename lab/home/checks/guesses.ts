// Somebody guesses passwords, and those who live there are not disturbed.
import path from "node:path";
import { execa } from "execa";
import type { Finding } from "../../checks.ts";
import { browse } from "../browse.ts";
import type { Lab } from "../../cluster.ts";
import { aroundOf, hostOf, measured, ownersLogin } from "../home.ts";

const guesses = 2000;
const script = path.join(import.meta.dirname, "../guess.ts");

/** A stranger tries 2,000 passwords while the laptop looks at the page every second. */
export async function guessingIsSlow(lab: Lab): Promise<Finding[]> {
  const { stranger, laptop, root } = aroundOf(lab);
  const url = `https://${hostOf(lab, "sensors")}/`;
  const [first, ...rest] = [...stranger.enter, process.execPath, script, url, String(guesses)];
  const login = await ownersLogin(lab);
  const state = { isOver: false };
  const guessing = execa(first, rest).finally(() => (state.isOver = true));
  const answers = [];
  while (!state.isOver) {
    answers.push(await browse(laptop, url, { root, login }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const { statuses, seconds } = JSON.parse((await guessing).stdout) as {
    statuses: Record<string, number>;
    seconds: number;
  };
  const tried = statuses["401"] ?? 0;
  const turned = statuses["429"] ?? 0;
  const worst = Math.max(...answers.map((each) => each.seconds));
  const good = answers.filter(({ status }) => status === 200).length;
  return [
    measured(
      `of ${guesses} wrong passwords nearly all are turned away before they are checked`,
      tried > 0 && turned > guesses * 0.9 && tried + turned === guesses,
      `${tried} checked, ${turned} turned away, in ${seconds.toFixed(0)} s`,
    ),
    measured(
      "the laptop sees the page all the while",
      answers.length > 0 && good === answers.length,
      `${good} of ${answers.length} times, in ${worst.toFixed(2)} s at most`,
    ),
  ];
}
