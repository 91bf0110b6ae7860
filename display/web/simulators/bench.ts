// The simulators' state as the control channel tells it, sorted into rooms. Rooms come from the
// names of the keypad buses (keypads-east): a bus hangs in one room, and each window has a pad.
import type { InjectionKey, Ref } from "vue";

/** A device's place on its bus, and the last frames that went over its cable, newest last. */
export interface Cable {
  driver: string;
  bus: string;
  link: string;
  baud: number | null;
  address: number | null;
  frames: { at: number; direction: "in" | "out"; hex: string; length: number }[];
}
export interface Device<S = Record<string, unknown>> {
  name: string;
  kind: "printer" | "bus" | "strip" | "keypad" | "ratingpad" | "speaker" | "time_clock";
  faults: Record<string, boolean>;
  /** Missing from a simulator process of before. */
  cable?: Cable;
  shows: S;
}
export interface PrinterShows {
  columns: number;
  offline: boolean;
  buffered: number;
  hanging: string;
  papers: { number: number; text: string; png: string; bytes: number }[];
}
export interface StripShows {
  address: number;
  driver: string;
  text: string;
  spans: { text: string; colour: "red" | "green" | "yellow" }[];
  frames: number;
  rejected: number;
}
export interface KeypadShows {
  address: number;
  display: string;
  waiting: string;
  ticket: string;
  beeps: number;
  unheard: number;
  keys: { press: string; face: string }[];
}
export interface RatingPadShows {
  address: number;
  face: "welcome" | "asks" | "thanks";
  asked: number;
  pressed: number;
  keys: { press: string; face: string }[];
}
export interface SpeakerShows {
  sounds: { number: number; text: string; seconds: number; overlapped: boolean; wav: string }[];
  playing: number;
  overlaps: number;
}
export interface ClockShows {
  way: "push" | "pull";
  people: { number: string; name: string }[];
  records: number;
  pending?: number;
  last: { number: string; name: string; said: string }[];
}
export interface BusShows {
  pads?: string[];
  strips?: string[];
  short_gaps?: number;
  collisions?: number;
  rejected?: number;
}
export interface BenchState {
  seq?: number;
  reachable: boolean;
  devices: Device[];
  /** True if a building of the hall has its own server. */
  branch?: boolean;
}

export interface Desk {
  window: string;
  strip: Device<StripShows> | null;
  pad: Device<KeypadShows> | null;
  ratingPad: Device<RatingPadShows> | null;
}
export interface Room {
  name: string;
  speaker: Device<SpeakerShows> | null;
  desks: Desk[];
  buses: Device<BusShows>[];
}
export interface Bench {
  printers: Device<PrinterShows>[];
  hall: Device<SpeakerShows> | null;
  rooms: Room[];
  clocks: Device<ClockShows>[];
}

const tail = (name: string): string => name.slice(name.indexOf("-") + 1);

/** Sort the devices into rooms. */
export function sorted(state: BenchState): Bench {
  const of = <S>(kind: Device["kind"]) => state.devices.filter((entry) => entry.kind === kind) as unknown as Device<S>[];
  const strips = new Map(of<StripShows>("strip").map((entry) => [tail(entry.name), entry]));
  const pads = new Map(of<KeypadShows>("keypad").map((entry) => [tail(entry.name), entry]));
  const ratingPads = new Map(of<RatingPadShows>("ratingpad").map((entry) => [tail(entry.name), entry]));
  const speakers = new Map(of<SpeakerShows>("speaker").map((entry) => [tail(entry.name), entry]));
  const buses = of<BusShows>("bus");
  const rooms = buses
    .filter((bus) => bus.name.startsWith("keypads-"))
    .map((bus): Room => {
      const windows = (bus.shows.pads ?? []).map(tail);
      return {
        name: tail(bus.name),
        speaker: speakers.get(tail(bus.name)) ?? null,
        desks: windows.map((window) => ({
          window,
          strip: strips.get(window) ?? null,
          pad: pads.get(window) ?? null,
          ratingPad: ratingPads.get(window) ?? null,
        })),
        buses: buses.filter(
          (entry) =>
            entry === bus || [...(entry.shows.strips ?? []), ...(entry.shows.pads ?? [])].some((device) => windows.includes(tail(device))),
        ),
      };
    });
  const placed = new Set(rooms.map((room) => room.name));
  const hall = [...speakers.values()].find((entry) => !placed.has(tail(entry.name))) ?? null;
  return { printers: of<PrinterShows>("printer"), hall, rooms, clocks: of<ClockShows>("time_clock") };
}

/** Return true if any fault is on. */
export function broken(device: Device<unknown> | null): boolean {
  return device !== null && Object.values(device.faults).some(Boolean);
}

/** Return a device's address as it stands in a frame: two hex digits, and the number in decimal. */
export function addressWords(address: number): string {
  return `${address.toString(16).toUpperCase().padStart(2, "0")}h (${address})`;
}

/** Return the bytes of a frame; … for those that are not shown. */
export function frameWords(frame: Cable["frames"][number]): string {
  return frame.length * 3 - 1 > frame.hex.length ? `${frame.hex} …` : frame.hex;
}

/** Return the address of a slip's picture or of a sound; the control channel names it without the API. */
export function media(path: string): string {
  return `/api/v1/demo${path}`;
}

export interface Hands {
  ready: Ref<boolean>;
  /** Resolves to whether it was switched. */
  fault: (device: string, name: string, on: boolean) => Promise<boolean>;
  press: (device: string, keys: string) => void;
}
/** Actions of the page on devices, provided to every part. */
export const HANDS: InjectionKey<Hands> = Symbol("hands");
