// Guesses passwords of a page, as a program of its own where the stranger is: guess.ts URL COUNT. Prints how
// often each status came, and how long it took.
import https from "node:https";

const [url = "", count = "0"] = process.argv.slice(2);
const agent = new https.Agent({ keepAlive: true, maxSockets: 16 });
const statuses: Record<string, number> = {};
const begin = performance.now();

function guess(number: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (status: string) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    };
    // What is guessed at is who answers, not whether it may.
    const options = { agent, auth: `owner:guess-${number}`, rejectUnauthorized: false };
    https
      .get(url, options, (response) => {
        response.resume().on("end", () => done(String(response.statusCode)));
      })
      .on("error", () => done("no answer"));
  });
}

let next = 0;
const workers = Array.from({ length: 16 }, async () => {
  while (next < Number(count)) await guess(next++);
});
await Promise.all(workers);
agent.destroy();
console.log(JSON.stringify({ statuses, seconds: (performance.now() - begin) / 1000 }));
