// Sends what stands on each line of standard input, one after the other on one agent, and prints each status.
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const port = process.argv.at(-1);

function send({ headers, length }) {
  return new Promise((resolve) => {
    const body = Buffer.alloc(length, " ");
    body.write("{}");
    const sent = { agent, port, host: "127.0.0.1", path: "/hook", method: "POST" };
    const call = request({ ...sent, headers: ["host", `127.0.0.1:${port}`, ...headers, "content-length", length] }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode));
      answer.on("error", (error) => resolve(error.code));
    });
    call.on("error", (error) => resolve(error.code));
    call.end(body);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(await send(JSON.parse(line)));
}
agent.destroy();
