/** `node computing.mjs [THREADS]`: computes something that is worth threads, and prints what it ran on. */
import { configure, device, matmul, ones } from "receptive";

const [threads] = process.argv.slice(2);
if (threads) await configure({ threads: Number(threads) });
try {
  const [value] = await matmul(ones([512, 512]), ones([512, 512])).data();
  console.log(JSON.stringify({ value, ...device() }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error) }));
}
