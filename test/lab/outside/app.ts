// An app that tells who asked, as the entrance says.
//
// usage: app.ts PORT
import { createServer } from "node:http";

createServer((request, response) => {
  response.end(String(request.headers["x-forwarded-for"]));
}).listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
