/** `receptive/worker`: a worker that is ready to be started. */
import { serve } from "./serve.js";

serve();
