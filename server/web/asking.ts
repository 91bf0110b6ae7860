// One command or question of an office page at a time, with its refusal in words.
import { type Ref, ref } from "vue";
import { mustSignIn, wordsOf } from "@web/staff.ts";

export interface Asking {
  busy: Ref<boolean>;
  failed: Ref<string>;
  /** Runs it; true when it went through. Leaves to the sign-in page where nobody is signed in. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useAsking(): Asking {
  const busy = ref(false);
  const failed = ref("");

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    failed.value = "";
    try {
      await work();
      return true;
    } catch (error) {
      if (!mustSignIn(error)) failed.value = wordsOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, failed, run };
}
