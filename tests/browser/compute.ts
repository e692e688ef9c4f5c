/** Runs in a test page: computes something that is worth threads, and tells what it ran on. */
import { device, matmul, ones } from "receptive";

const answer = (result: object): void => void Object.assign(globalThis, { result });
if (location.search === "?no-worker") Reflect.deleteProperty(globalThis, "Worker");
try {
  const [value] = await matmul(ones([512, 512]), ones([512, 512])).data();
  answer({ value, ...device() });
} catch (error) {
  answer({ error: String(error) });
}
