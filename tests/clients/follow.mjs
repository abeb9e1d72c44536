// A foreign client: Node's socket.io-client, which knows nothing of the desk but its documents.
// node follow.mjs URL TOKEN UNTIL: follows facts, hangs up at random places, comes back by its position; prints what it saw.
import { createRequire } from "node:module";
const require = createRequire(process.argv[5]);
const { io } = require("socket.io-client");

const [url, token, until] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const seqs = [];
const welcomes = [];
let snapshots = 0;
let position = {};

function follow() {
  const hangUpAfter = 1 + Math.floor(Math.random() * 80);
  const socket = io(url, { auth: { token, ...position }, reconnection: false, forceNew: true });
  let order = 0;
  let here = 0;
  socket.on("connection_status", (envelope) => {
    order += 1;
    welcomes.push({ first: order === 1, resumed: envelope.data.resumed });
  });
  socket.on("snapshot", (envelope) => {
    order += 1;
    snapshots += 1;
    position = { epoch: envelope.data.epoch, seq: envelope.data.seq };
  });
  socket.on("event", (envelope) => {
    order += 1;
    seqs.push(envelope.seq);
    position = { epoch: envelope.epoch, seq: envelope.seq };
    socket.emit("ack", { seq: envelope.seq, received_at: new Date().toISOString() });
    if (envelope.seq >= until) {
      console.log(JSON.stringify({ seqs, welcomes, snapshots }));
      process.exit(0);
    }
    here += 1;
    if (here === hangUpAfter) {
      socket.removeAllListeners();
      socket.disconnect();
      setTimeout(follow, 5);
    }
  });
  socket.on("connect_error", (error) => {
    console.error(error.message);
    process.exit(2);
  });
}

follow();
setTimeout(() => {
  console.log(JSON.stringify({ seqs, welcomes, snapshots }));
  process.exit(3);
}, 30000);
