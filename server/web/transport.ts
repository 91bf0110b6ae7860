// Commands to the server. A command carries an Idempotency-Key that stays the same over its repeats,
// so a lost answer is asked for again without the thing being done twice. A refusal arrives as a
// code with words; a silent network is retried for a few seconds and then said plainly.
import { pick, type Words } from "./i18n.ts";
import type { Problem } from "./wire.gen.ts";

export type Method = "GET" | "POST";

/** Rejection by the server: a stable code, its facts, and the sentence in both languages. */
export type Refusal = Pick<Problem, "code"> & Partial<Problem>;

/** A command that did not go through. `unsure` is true where it may have been done all the same. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly refusal: Refusal,
    readonly unsure = false,
  ) {
    super(`${status} ${refusal.code}`);
  }

  get code(): string {
    return this.refusal.code;
  }

  /** The sentence for the person at the page, in the language shown now. */
  words(): string {
    const { message_zh: zh, message_en: en } = this.refusal;
    if (zh && en) return pick({ zh, en });
    return pick(OWN_WORDS[this.code] ?? OTHER_WORDS);
  }
}

/** Only for what the server cannot say itself, because it was not reached or spoke nonsense. */
const OWN_WORDS: Record<string, Words> = {
  network: {
    zh: "网络中断，请稍后再试。",
    en: "The server cannot be reached. Please try again in a moment.",
  },
  too_large: {
    zh: "文件或内容过大，请减小后再试。",
    en: "That is too large. Please make it smaller and try again.",
  },
  unavailable: {
    zh: "系统正忙，请稍后再试。",
    en: "The server is busy. Please try again in a moment.",
  },
};
/** A proxy refuses some things before the server sees them, without a word of ours. */
const BY_STATUS: Record<number, string> = { 413: "too_large" };
const OTHER_WORDS: Words = {
  zh: "未能完成，请再试一次；仍不行请找工作人员。",
  en: "That did not work. Please try again, or ask the staff.",
};

export interface Options {
  /** Kept by the caller over repeats of one intent; made here otherwise. */
  key?: string;
  /** Time for each try, in milliseconds. */
  timeoutMs?: number;
  /** Time after which no further try is begun, in milliseconds. */
  giveUpMs?: number;
  signal?: AbortSignal;
  /** Why a day that is over shall be changed. */
  why?: string;
}

/** Outside world of this module; tests pass their own. */
export interface World {
  fetch: typeof fetch;
  wait: (ms: number) => Promise<void>;
  now: () => number;
  csrf: () => string;
}

let csrf = "";
let surface = "";

/** For the pages of a device (`kiosk/1`, `board/main`): every request speaks for that device, even
 *  where a clerk is signed in in the same browser. Said once, before the first request. */
export function useSurface(name: string): void {
  surface = name;
}

/** The token that every change must carry; session.ts fetches it and hands it in. */
export function useCsrf(token: string): void {
  csrf = token;
}

/** Question for the reason of a change of the past; null: the person gives none. */
export type ReasonAsker = (refusal: ApiError) => Promise<string | null>;
let reasonAsker: ReasonAsker | null = null;

/** Set the question for a reason; a page without one shows the rejection. */
export function useReasons(asker: ReasonAsker): void {
  reasonAsker = asker;
}

/** A fresh key for one intent of a person. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // randomUUID is missing on plain-http pages of a hall without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const browser: World = {
  fetch: (...args) => fetch(...args),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  now: () => performance.now(),
  csrf: () => csrf,
};

async function refusalOf(answer: Response): Promise<Refusal> {
  const fallback = BY_STATUS[answer.status] ?? (answer.status >= 500 ? "unavailable" : "invalid");
  try {
    const body = (await answer.json()) as Partial<Refusal>;
    return typeof body.code === "string" ? { ...body, code: body.code } : { code: fallback };
  } catch {
    return { code: fallback };
  }
}

function headersFor(method: Method, body: unknown, key: string, world: World, why: string): Headers {
  const headers = new Headers({ Accept: "application/json" });
  if (surface) headers.set("X-Hall-Surface", surface);
  if (method === "GET") return headers;
  headers.set("Idempotency-Key", key);
  const token = world.csrf();
  if (token) headers.set("X-CSRF-Token", token);
  if (why) headers.set("X-Hall-Reason", encodeURIComponent(why));
  if (body !== undefined && !(body instanceof FormData)) headers.set("Content-Type", "application/json");
  return headers;
}

/**
 * Calls `run` with a signal that ends after `ms`, or when `other` does. By hand: AbortSignal.timeout
 * and AbortSignal.any are younger than the browsers of phones and kiosks.
 */
export async function within<T>(ms: number, run: (signal: AbortSignal) => Promise<T>, other?: AbortSignal): Promise<T> {
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  const timer = setTimeout(stop, ms);
  if (other?.aborted) stop();
  other?.addEventListener("abort", stop);
  try {
    return await run(limit.signal);
  } finally {
    clearTimeout(timer);
    other?.removeEventListener("abort", stop);
  }
}

/** One try: what was answered, or why it was refused. */
async function answered<T>(path: string, request: RequestInit, world: World): Promise<{ body: T } | ApiError> {
  const answer = await world.fetch(path, request);
  if (!answer.ok) return new ApiError(answer.status, await refusalOf(answer));
  return { body: (answer.status === 204 ? undefined : await answer.json()) as T };
}

/**
 * Sends one command, or asks one question; a command that moves a day that is over is sent again,
 * as another intent, with the reason that the person gives.
 */
export async function send<T>(
  method: Method,
  path: string,
  body?: unknown,
  options: Options = {},
  world: World = browser,
): Promise<T> {
  try {
    return await sendOnce<T>(method, path, body, options, world);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "past_reason" || !reasonAsker) throw error;
    const why = await reasonAsker(error);
    if (!why) throw error;
    return sendOnce<T>(method, path, body, { ...options, key: newKey(), why }, world);
  }
}

/** Lost connections and 502, 503, 504 are tried again with the same key; a refusal is thrown at
 *  once as ApiError. */
async function sendOnce<T>(
  method: Method,
  path: string,
  body: unknown,
  options: Options,
  world: World,
): Promise<T> {
  const key = options.key ?? newKey();
  const headers = headersFor(method, body, key, world, options.why ?? "");
  const content = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  const end = world.now() + (options.giveUpMs ?? 10_000);
  for (let pause = 300; ; pause = Math.min(pause * 2, 3000)) {
    let error: ApiError;
    try {
      const request: RequestInit = { method, headers, credentials: "same-origin" };
      if (content !== undefined) request.body = content;
      const limit = options.timeoutMs ?? 8000;
      const answer = await within(limit, (signal) => answered<T>(path, { ...request, signal }, world), options.signal);
      if (!(answer instanceof ApiError)) return answer.body;
      error = answer;
      if (![502, 503, 504].includes(answer.status)) throw error;
    } catch (caught) {
      if (caught instanceof ApiError || options.signal?.aborted) throw caught;
      error = new ApiError(0, { code: "network" }, method !== "GET");
    }
    if (world.now() + pause > end) throw error;
    await world.wait(pause);
  }
}
