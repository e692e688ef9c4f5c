/** `receptive/serve`: what `receptive/worker` does, for a worker of one's own. */
import { listenToPage } from "#platform";
import { transferOf } from "../training/transfer.js";
import { answerOf } from "./answers.js";
import type { Offer } from "./offer.js";
import { Peer } from "./peer.js";
import { type Hello, isHello, protocol } from "./protocol.js";
import { Service } from "./service.js";

export type { Offer };

/**
 * Serves the pages that `connect` to this worker, with what it offers of its own:
 *
 *     import { serve } from "receptive/serve";
 *     serve({ losses: { mine: ({ gamma }) => (output, target) => … } });
 *
 * A page then trains by `loss: { own: "mine", gamma: 2 }`.
 *
 * @throws Error where this is no worker
 */
export function serve(offer: Offer = {}): void {
  const listens = listenToPage((message) => {
    if (isHello(message)) greet(message, offer);
  });
  if (!listens)
    throw new Error(
      'receptive/worker: this is no worker; a page starts one by new Worker(new URL("receptive/worker", import.meta.url), { type: "module" }), and imports receptive/client',
    );
}

function greet({ receptive, port, lock }: Hello, offer: Offer): void {
  let service: Service | undefined;
  const page: Peer = new Peer(port, {
    async answer(name, given, signal): Promise<unknown> {
      if (receptive !== protocol)
        throw new Error(
          `receptive/worker: the page's receptive/client speaks version ${receptive} of the protocol, this worker ${protocol}: both must be of one version of the package`,
        );
      if (name === "hello") return hold(lock);
      service ??= new Service(page, offer);
      const asked = service[name as keyof Service] as (given: unknown, signal: AbortSignal) => unknown;
      return answerOf(await asked.call(service, given, signal));
    },
    givenAway: transferOf,
  });
}

/** Once it holds the lock, whoever waits for the lock learns that the worker is gone. */
async function hold(lock: string): Promise<void> {
  const { locks } = globalThis.navigator ?? {};
  if (locks) await new Promise<void>((held) => void locks.request(lock, () => new Promise(() => held())));
}
