// One command or question of an office page at a time, with its refusal in words.
import { type Ref, ref } from "vue";
import { mustSignIn, wordsOf } from "@web/staff.ts";

export interface Asking {
  busy: Ref<boolean>;
  failed: Ref<string>;
  /** Runs an act; true when it went through. Leaves to the sign-in page where nobody is signed in. A second act meanwhile is
   *  dropped: it is the same button pressed twice. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Reads what is to be shown. A read that comes meanwhile is done next, the last one only: it is a later choice. */
  read: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useAsking(): Asking {
  const busy = ref(false);
  const failed = ref("");
  let next: (() => Promise<unknown>) | null = null;

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
      if (next) {
        const later = next;
        next = null;
        void run(later);
      }
    }
  }

  async function read(work: () => Promise<unknown>): Promise<boolean> {
    if (!busy.value) return await run(work);
    next = work;
    return false;
  }

  return { busy, failed, run, read };
}
