/** Entry of the language server: over the IPC channel or socket that the arguments name, else over standard input and output. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { createServer } from "./server.ts";

const transports = ["--node-ipc", "--stdio", "--socket", "--pipe"];
const named = process.argv.some((argument) => transports.some((one) => argument.split("=")[0] === one));
// The protocol library reads the transport from the process's own arguments.
if (!named) process.argv.push("--stdio");

const connection = createConnection(ProposedFeatures.all);
// A message that cannot be delivered, or a fault of ours, ends no session.
process.on("unhandledRejection", (reason) => {
  connection.console.error(`Unexpected: ${reason instanceof Error ? (reason.stack ?? reason.message) : reason}`);
});
createServer(connection);
