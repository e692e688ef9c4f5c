import { add, mul, sub } from "../ops/arithmetic.js";
import { assign } from "../tensor/compile.js";
import { checkedOption, type Optimizer, remembered, zerosFor } from "./optimizer.js";

export interface SgdOptions {
  lr: number;
  momentum?: number;
  /** Looks where the momentum will lead: needs a momentum. */
  nesterov?: boolean;
  /** Factor of the parameters in the gradient, of biases too: L2 regularisation. */
  weightDecay?: number;
}

/**
 * Stochastic gradient descent, with the momentum in PyTorch's form, in which a change of the learning rate takes
 * hold at once:
 *
 *     g ← g + weightDecay · w
 *     v ← momentum · v + g
 *     w ← w − lr · v                      Nesterov: w ← w − lr · (g + momentum · v)
 *
 * The form of the AlexNet and ResNet papers, v ← momentum · v − lr · g, w ← w + v, makes the same steps while lr
 * stays the same.
 * Sutskever, Martens, Dahl, Hinton: On the Importance of Initialization and Momentum, ICML 2013.
 */
export function sgd(options: SgdOptions): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  const lr = checkedOption("sgd", "lr", options.lr);
  checkedOption("sgd", "momentum", momentum, { below: 1 });
  checkedOption("sgd", "weightDecay", weightDecay);
  if (nesterov && momentum === 0) throw new RangeError("sgd: nesterov needs a momentum, such as 0.9");
  return {
    name: "sgd",
    lr,
    state: (parameters) => zerosFor(parameters, momentum > 0 ? ["momentum"] : []),
    update(parameters, gradients, { lr, state }) {
      [...parameters].forEach(([path, w], i) => {
        const g = weightDecay > 0 ? add(gradients[i], mul(w, weightDecay)) : gradients[i];
        if (momentum === 0) {
          assign(w, sub(w, mul(g, lr)));
          return;
        }
        const old = remembered("sgd", state, `momentum/${path}`);
        const v = add(mul(old, momentum), g);
        assign(old, v);
        assign(w, sub(w, mul(nesterov ? add(g, mul(v, momentum)) : v, lr)));
      });
    },
    describe: () => ({ name: "sgd", options }),
  };
}
