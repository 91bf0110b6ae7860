// The live feed of one surface: whole states with a version, and moments that pass. Reconnects for
// ever; every connect brings the whole picture, so nothing is patched and nothing can be missed.
// Reloads the page when the server has been given newer pages.
import { io, type Socket } from "socket.io-client";
import { onScopeDispose, type Ref, type ShallowRef, ref, shallowRef } from "vue";
import { setServerTime } from "./clock.ts";
import type { LiveState } from "./wire.gen.ts";

export type Connection = "connecting" | "online" | "offline";

/** Something that happens once and is soon stale: a call to speak, a window to flash. */
export interface Moment {
  kind: string;
  data: unknown;
  /** Seconds until it must not be shown or spoken any more. */
  expires_in: number;
}

/** A whole state as pushed, with its data typed. */
export type StateMessage<S> = Omit<LiveState, "data"> & { data: S };

export interface LiveOptions<S = unknown> {
  surface: LiveState["surface"];
  key: string;
  /** State to begin with, if the page has just been given one. */
  first?: S | null;
  onMoment?: (moment: Moment) => void;
  /** Return true if this is a good time to reload for newer pages; called until it is. */
  mayReload?: () => boolean;
}

export interface Live<S> {
  /** The newest whole state; `first` until the feed has brought one. */
  state: ShallowRef<S | null>;
  version: Ref<number>;
  connection: Ref<Connection>;
  /** The server's word why it will not serve this page (a code), or null. */
  refused: Ref<string | null>;
  close: () => void;
}

const RELOADED_FOR = "hallkeeper.reloaded-for";
let waitingFor = "";

/** The id of the build this page came from. */
export function ownBuild(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="hallkeeper-build"]')?.content ?? "";
}

/** Reloads for a newer build, once per build: a stale cache must not make a page reload for ever. */
function reloadFor(build: string, mayReload: () => boolean): void {
  if (!build || !ownBuild() || build === ownBuild()) return;
  if (sessionStorage.getItem(RELOADED_FOR) === build) return;
  if (waitingFor === build) return; // every state says the build; one of them is enough
  waitForQuiet(build, mayReload);
}

function waitForQuiet(build: string, mayReload: () => boolean): void {
  waitingFor = build;
  if (!mayReload()) {
    setTimeout(() => waitForQuiet(build, mayReload), 5000);
    return;
  }
  sessionStorage.setItem(RELOADED_FOR, build);
  location.reload();
}

function connect(options: LiveOptions): Socket {
  const { surface, key } = options;
  return io("/live", {
    transports: ["websocket"],
    auth: { surface, key },
    reconnectionDelay: 500,
    reconnectionDelayMax: 3000,
    randomizationFactor: 0.3,
    timeout: 5000,
    forceNew: true,
  });
}

/** Return the code on which a page acts; null if the server is unavailable, which says nothing about the page. */
export function saidNo(code: string): string | null {
  return code === "unavailable" ? null : code;
}

/** Socket.IO gives up by itself when the server says no or hangs up; a hall's page never does. */
function neverGiveUp(socket: Socket, connection: Ref<Connection>, refused: Ref<string | null>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(timer);
    if (!socket.active) timer = setTimeout(() => socket.connect(), 2000);
  };
  socket.on("connect_error", (error: Error & { data?: { code?: string } }) => {
    connection.value = "offline";
    // An error while active is the network; otherwise the server itself said no.
    refused.value = socket.active ? null : saidNo(error.data?.code ?? error.message);
    again();
  });
  socket.on("disconnect", (reason) => {
    connection.value = "offline";
    if (reason !== "io client disconnect") again();
  });
  const lost = () => {
    connection.value = "offline";
  };
  const back = () => {
    if (!socket.connected) socket.disconnect().connect();
    else connection.value = "online";
  };
  addEventListener("offline", lost);
  addEventListener("online", back);
  return () => {
    clearTimeout(timer);
    removeEventListener("offline", lost);
    removeEventListener("online", back);
  };
}

/** Opens the feed; ends with the component that asked for it. */
export function useLive<S>(options: LiveOptions<S>): Live<S> {
  const state = shallowRef<S | null>(options.first ?? null);
  const version = ref(-1);
  const connection = ref<Connection>("connecting");
  const refused = ref<string | null>(null);
  const socket = connect(options);
  const stop = neverGiveUp(socket, connection, refused);
  socket.on("connect", () => {
    version.value = -1; // a restarted server may count from the start again
    refused.value = null;
    connection.value = "online";
  });
  socket.on("state", (message: StateMessage<S>) => {
    if (message.surface !== options.surface || message.key !== options.key) return;
    setServerTime(message.now);
    reloadFor(message.build, options.mayReload ?? (() => true));
    if (message.version < version.value) return;
    version.value = message.version;
    state.value = message.data;
  });
  socket.on("moment", (moment: Moment) => {
    if (moment.expires_in > 0) options.onMoment?.(moment);
  });
  const close = () => {
    stop();
    socket.close();
  };
  onScopeDispose(close);
  return { state, version, connection, refused, close };
}
