// The handler of index.mjs behind node:http, at the port of the only argument.
import { createServer } from "node:http";
import { handler } from "./index.mjs";

createServer(async (req, res) => {
  const url = new URL(req.url, "http://localhost");
  const answer = await handler({ queryStringParameters: Object.fromEntries(url.searchParams) });
  res.writeHead(answer.statusCode, answer.headers);
  res.end(answer.body);
}).listen(Number(process.argv[2]), "127.0.0.1");
