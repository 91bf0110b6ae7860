// One command or question of an office page at a time, with its refusal in words.
import { type Ref, ref } from "vue";
import { mustSignIn, wordsOf } from "@web/staff.ts";

export interface Asking {
  busy: Ref<boolean>;
  failed: Ref<string>;
  /** Runs an act; true when it went through. Leaves to the sign-in page where nobody is signed in. A second act meanwhile is
   *  dropped: it is the same button pressed twice. An act during a read is done after it: nobody sees that a page reads. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Reads what is to be shown. A read that comes meanwhile is done next, the last one only: it is a later choice. */
  read: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useAsking(): Asking {
  const busy = ref(false);
  const failed = ref("");
  let next: (() => Promise<unknown>) | null = null;
  let acting = false;
  let reading: Promise<unknown> | null = null;

  async function perform(work: () => Promise<unknown>): Promise<boolean> {
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

  /** Does the read that came last meanwhile, unless an act waits: its list is read after it. */
  function continueReading(): void {
    if (acting || reading || !next) return;
    const later = next;
    next = null;
    void read(later);
  }

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (acting) return false;
    acting = true;
    try {
      if (reading) await reading;
      return await perform(work);
    } finally {
      acting = false;
      continueReading();
    }
  }

  async function read(work: () => Promise<unknown>): Promise<boolean> {
    if (acting || reading) {
      next = work;
      return false;
    }
    const done = perform(work);
    reading = done;
    try {
      return await done;
    } finally {
      reading = null;
      continueReading();
    }
  }

  return { busy, failed, run, read };
}
