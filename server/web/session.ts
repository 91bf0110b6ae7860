// Who is signed in in this browser, and the token that changes need. Every page that sends commands
// loads it first; a page that comes back from a long sleep loads it again.
import { type Ref, shallowRef } from "vue";
import { get, useCsrf } from "./api.ts";
import { setServerTime } from "./clock.ts";
import type { Session } from "./wire.gen.ts";

const session = shallowRef<Session | null>(null);

/** The session as last heard; null until loaded. */
export function useSession(): Ref<Session | null> {
  return session;
}

/** Takes over a session that a command answered with (after signing in or out). */
export function setSession(next: Session): Session {
  session.value = next;
  if (next.csrf) useCsrf(next.csrf);
  if (next.now) setServerTime(next.now);
  return next;
}

/** Asks the server who this is. */
export async function loadSession(): Promise<Session> {
  return setSession(await get("/api/v1/session"));
}
