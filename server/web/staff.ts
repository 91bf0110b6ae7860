// Shared parts of the pages of people with an account: the way to the sign-in page, the way out, and
// Element Plus in the language shown now. The kiosk, the board and the phone never load this.
import en from "element-plus/es/locale/lang/en";
import zhCn from "element-plus/es/locale/lang/zh-cn";
import { computed, onMounted, type Ref, ref } from "vue";
import { ApiError, post } from "./api.ts";
import { lang } from "./i18n.ts";
import { loadSession, setSession } from "./session.ts";

/** Element Plus' own words (table, dialog, date), for `<ElConfigProvider v-bind>`: its own types of
 * the property do not take what its documentation says. */
export const elementWords = computed<object>(() => ({ locale: lang.value === "zh" ? zhCn : en }));

/** Goes to the sign-in page, and comes back here afterwards. */
export function goToLogin(): void {
  const next = location.pathname + location.search + location.hash;
  location.assign(`/login?next=${encodeURIComponent(next)}`);
}

/** Return true if an error means that nobody is signed in any more; the page then leaves by itself. */
export function mustSignIn(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.code !== "not_signed_in" && error.code !== "password_must_change") return false;
  goToLogin();
  return true;
}

/** Signs this browser out and shows the sign-in page. */
export async function signOut(): Promise<void> {
  setSession(await post("/api/v1/logout"));
  location.assign("/login");
}

/** An error as a sentence for the person at the page. */
export function wordsOf(error: unknown): string {
  return error instanceof ApiError ? error.words() : String(error);
}

const AGAIN_MS = 2000;

/** A page for staff only: asks who is here, again and again while the server is away (the answer is
 * true then), and leaves to the sign-in page where nobody is. */
export function useStaffOnly(): Ref<boolean> {
  const lost = ref(false);

  async function load(): Promise<void> {
    try {
      const result = await loadSession();
      lost.value = false;
      if (result.kind !== "staff" || result.must_change) goToLogin();
    } catch (error) {
      if (mustSignIn(error)) return;
      lost.value = true;
      setTimeout(() => void load(), AGAIN_MS);
    }
  }

  onMounted(load);
  return lost;
}
