// Typed calls of the server: each address, its body and its answer are checked against the server's
// own OpenAPI document (wire.gen.ts is generated from it at set-up). transport.ts sends them.
//
//   const { staff } = await get("/api/v1/office/staff");
//   await post("/api/v1/office/accounts/{staff}", { path: { staff }, body: { role: "manager" } });
import { type Options, send } from "./transport.ts";
import type { paths } from "./wire.gen.ts";

export {
  ApiError,
  newKey,
  type Options,
  type Refusal,
  useCsrf,
  useReasons,
  useSurface,
  within,
} from "./transport.ts";

type Verb = "get" | "post";
type Address<V extends Verb> = {
  [P in keyof paths]: paths[P] extends Record<V, object> ? P : never;
}[keyof paths];
export type GetAddress = Address<"get">;
export type PostAddress = Address<"post">;

type Operation<V extends Verb, P> = P extends keyof paths ? (paths[P] extends Record<V, infer O> ? O : never) : never;
type PathOf<O> = O extends { parameters: { path: infer A } } ? { [K in keyof A]: string | number } : undefined;
/** Uploads are described without a body. */
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : FormData | undefined;
type AnswerTo<O> = O extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;

export type Answer<V extends Verb, P extends Address<V>> = AnswerTo<Operation<V, P>>;
export type Body<P extends PostAddress> = BodyOf<Operation<"post", P>>;

/** A property that may be missing where `undefined` is a possible value. */
type Field<K extends string, T> = undefined extends T ? { [Name in K]?: T } : { [Name in K]: T };
/** The parts of a request besides its address. */
export type Request<V extends Verb, P extends Address<V>> = Options &
  Field<"path", PathOf<Operation<V, P>>> &
  { query?: Record<string, string> } & (V extends "get" ? unknown : Field<"body", BodyOf<Operation<V, P>>>);
/** The request may be left out where nothing in it is required. */
type Rest<R> = Record<never, never> extends R ? [request?: R] : [request: R];
export type RequestOf<V extends Verb, P extends Address<V>> = Rest<Request<V, P>>;

interface Parts extends Options {
  path?: Record<string, string | number> | undefined;
  query?: Record<string, string>;
  body?: unknown;
}

function filled(address: string, path: Parts["path"] = {}, query: Parts["query"] = {}): string {
  const place = address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const search = new URLSearchParams(query).toString();
  return search ? `${place}?${search}` : place;
}

/** The address of a download or a picture, for `href` and `src`. */
export function addressOf<P extends GetAddress>(address: P, ...path: PathOf<Operation<"get", P>> extends undefined ? [] : [PathOf<Operation<"get", P>>]): string {
  return filled(address, path[0] as Parts["path"]);
}

/** Asks one question. */
export function get<P extends GetAddress>(address: P, ...rest: RequestOf<"get", P>): Promise<Answer<"get", P>> {
  const { path, query, ...options }: Parts = rest[0] ?? {};
  return send("GET", filled(address, path, query), undefined, options);
}

/** Sends one command. */
export function post<P extends PostAddress>(address: P, ...rest: RequestOf<"post", P>): Promise<Answer<"post", P>> {
  const { path, query, body = {}, ...options }: Parts = rest[0] ?? {};
  return send("POST", filled(address, path, query), body, options);
}
