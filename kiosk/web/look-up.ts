// Looking something up by what a person types from paper: one request at a time, its answer or why there is none.
import { type Ref, ref, shallowRef } from "vue";
import { ApiError } from "@web/api.ts";

export interface LookUp<T> {
  busy: Ref<boolean>;
  /** Why the last try found nothing; empty otherwise. */
  trouble: Ref<string>;
  shown: Ref<T | null>;
  look: () => Promise<void>;
}

export function useLookUp<T>(request: () => Promise<T>): LookUp<T> {
  const busy = ref(false);
  const trouble = ref("");
  const shown: Ref<T | null> = shallowRef(null);

  async function look(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    trouble.value = "";
    try {
      shown.value = await request();
    } catch (error) {
      shown.value = null;
      trouble.value = error instanceof ApiError ? error.words() : String(error);
    } finally {
      busy.value = false;
    }
  }

  return { busy, trouble, shown, look };
}
