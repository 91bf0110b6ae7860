// Sends the clerk's acts, one at a time, each with its own Idempotency-Key. While no answer came the
// page sends nothing else; when the server is back it asks again with the same key, so that nothing
// is done twice. An act that is older than a minute is not asked again: the picture of the window,
// which every connection brings, tells whether it was done.
import { type Ref, computed, ref, shallowRef, watch } from "vue";
import { ApiError, newKey, type Options } from "@web/api.ts";
import type { Connection } from "@web/live.ts";
import { mustSignIn } from "@web/staff.ts";

interface Intent {
  /** Sends it under its key, and reports the answer. */
  send: () => Promise<void>;
  at: number;
}

export interface Acts {
  /** Something is on its way. */
  busy: Ref<boolean>;
  /** Sent, and no answer came. */
  unsure: Ref<boolean>;
  /** Whether an act may be begun. */
  ready: Ref<boolean>;
  /** Why the last act was refused; null once the next one begins. */
  refused: Ref<ApiError | null>;
  /** The last act was given up without an answer. */
  lost: Ref<boolean>;
  /** Lets go of an act without an answer: the desk goes on without the server. */
  abandon: () => void;
  /** Sends one act with these options; true when it was done. Does nothing while it may not be begun. */
  act: <T>(command: (options: Options) => Promise<T>, done?: (answer: T) => void) => Promise<boolean>;
}

const STILL_MEANT_MS = 60_000;

/** The acts of one page; `connection` says whether the live feed stands. */
export function useActs(connection: Ref<Connection>): Acts {
  const busy = ref(false);
  const lost = ref(false);
  const waiting = shallowRef<Intent | null>(null);
  const refused = shallowRef<ApiError | null>(null);
  const unsure = computed(() => waiting.value !== null && !busy.value);
  const ready = computed(() => connection.value === "online" && !busy.value && waiting.value === null);

  async function send(intent: Intent): Promise<boolean> {
    busy.value = true;
    waiting.value = intent;
    try {
      await intent.send();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.unsure) return false; // kept, and asked again when the server is back
      waiting.value = null;
      if (!mustSignIn(error)) refused.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }

  function askAgain(): void {
    const intent = waiting.value;
    if (intent === null || busy.value || connection.value !== "online") return;
    if (performance.now() - intent.at < STILL_MEANT_MS) {
      void send(intent);
      return;
    }
    waiting.value = null;
    lost.value = true;
  }

  // Also when the try ended after the feed had come back.
  watch([connection, busy], askAgain);

  async function act<T>(command: (options: Options) => Promise<T>, done?: (answer: T) => void): Promise<boolean> {
    if (!ready.value) return false;
    refused.value = null;
    lost.value = false;
    const options = { key: newKey(), giveUpMs: 6000 };
    return await send({
      at: performance.now(),
      send: async () => {
        const answer = await command(options);
        waiting.value = null;
        done?.(answer);
      },
    });
  }

  function abandon(): void {
    if (!busy.value) waiting.value = null;
  }

  return { busy, unsure, ready, refused, lost, abandon, act };
}
