// GitHub's own receiver for Node, with a handler that touches the payload. Prints its port, as the others do.
import { createServer } from "node:http";
import { Webhooks, createNodeMiddleware } from "@octokit/webhooks";

const webhooks = new Webhooks({ secret: process.env.BENCH_KEY });
webhooks.on("push", ({ payload }) => {
  if (payload.event !== "PostSignIn") throw new Error("another payload");
});
const server = createServer(createNodeMiddleware(webhooks, { path: "/hook" }));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
