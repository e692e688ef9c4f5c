/** A page of somebody who has the light client alone. */
import { connect } from "receptive/client";

Object.assign(globalThis, { connect });
export type Connect = typeof connect;
