// Run by scripts/record-cloudevents: <file to write> <file of the events> <SDK> <its version> <command that sends, and its arguments>.
//
// The command gets the address and the file of the events as its last arguments. It sends to /<mode>/<places>: the
// events that stand at these places of the file, such as 0 or 0,3. On standard output it says, a line of JSON each, what
// its SDK could not send.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";

const [file, source, sdk, version, ...command] = process.argv.slice(2);
const events = JSON.parse(readFileSync(source, "utf8"));
const requests = [];

// Reads the bytes of the connection itself, since a parser of HTTP changes what was sent in headers.
const server = createServer((socket) => {
  let received = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [line, ...fields] = received.subarray(0, end).toString("latin1").split("\r\n");
    const headers = fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    });
    const value = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
    const body = bodyOf(received.subarray(end + 4), value("content-length"), value("transfer-encoding"));
    if (!body) return;
    keep(line, headers, body);
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
});

function bodyOf(bytes, length, encoding) {
  if (encoding?.toLowerCase() !== "chunked") {
    const size = Number(length ?? 0);
    return bytes.length >= size ? bytes.subarray(0, size) : undefined;
  }
  const pieces = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    if (size === 0) return Buffer.concat(pieces);
    if (bytes.length < end + 2 + size + 2) return undefined;
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function keep(line, headers, body) {
  const [method, path] = line.split(" ");
  const [, mode, places] = path.split("/");
  const text = body.toString("utf8");
  requests.push({
    mode,
    events: places.split(",").map((place) => events[Number(place)].name),
    method,
    // Headers are bytes, a character each where they are beyond ASCII.
    headers: headers.filter(([name]) => /^(ce-|content-type$|content-encoding$)/i.test(name)),
    ...(Buffer.from(text).equals(body) ? { body: text } : { body_base64: body.toString("base64") }),
  });
}

server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = `http://127.0.0.1:${server.address().port}`;
const child = spawn(command[0], [...command.slice(1), address, source], { stdio: ["ignore", "pipe", "inherit"] });
let output = "";
child.stdout.on("data", (chunk) => (output += chunk));
const [status] = await once(child, "close");
server.close();
if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
const not_sent = output.split("\n").filter(Boolean).map((line) => JSON.parse(line));
const recorded = { sdk, version, requests, not_sent };
writeFileSync(file, `${JSON.stringify(recorded, null, 1)}\n`);
