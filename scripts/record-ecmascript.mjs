// Run by scripts/record-ecmascript: <documents> <directory of the vectors>.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const [documents, directory] = process.argv.slice(2);
const bytes = readFileSync(documents);
let at = 0;
const line = () => {
  const end = bytes.indexOf("\n", at);
  const text = bytes.toString("utf8", at, end);
  at = end + 1;
  return text;
};

const [seed, inFull, block] = line().split(" ").map(BigInt);
const recorded = [];
const blocks = [];
let hash = createHash("sha256");
for (let number = 0n; at < bytes.length; number++) {
  const length = Number(line());
  const text = bytes.toString("utf8", at, at + length);
  at += length + 1;
  const written = JSON.stringify(JSON.parse(text));
  if (number < inFull) {
    recorded.push(JSON.stringify({ text, written }));
    continue;
  }
  hash.update(written).update("\n");
  if ((number - inFull + 1n) % block === 0n) {
    blocks.push(JSON.stringify(hash.digest("hex")));
    hash = createHash("sha256");
  }
}
writeFileSync(`${directory}/documents.json`, `[\n${recorded.join(",\n")}\n]\n`);
writeFileSync(
  `${directory}/digests.json`,
  `{\n"node": ${JSON.stringify(process.version)},\n"seed": ${seed},\n"blocks": [\n${blocks.join(",\n")}\n]\n}\n`,
);
