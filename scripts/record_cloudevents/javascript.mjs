// Sends the events with the npm package cloudevents: <address> <file of the events>. It has no batch to send.
import { CloudEvent, HTTP, Mode, emitterFor, httpTransport } from "cloudevents";
import { readFileSync } from "node:fs";

const [address, file] = process.argv.slice(2);
const events = JSON.parse(readFileSync(file, "utf8"));
const dataOf = ({ json, text, base64 }) =>
  base64 === undefined ? (json === undefined ? text : json) : new Uint8Array(Buffer.from(base64, "base64"));

for (const mode of [Mode.STRUCTURED, Mode.BINARY]) {
  for (const [place, { name, attributes, data }] of events.entries()) {
    try {
      const event = new CloudEvent(data ? { ...attributes, data: dataOf(data) } : attributes);
      await emitterFor(httpTransport(`${address}/${mode}/${place}`), { binding: HTTP, mode })(event);
    } catch (error) {
      console.log(JSON.stringify({ event: name, mode, error: error.code ?? error.name }));
    }
  }
}
// A request that the SDK began and could not end would keep the process.
process.exit(0);
