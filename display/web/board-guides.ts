// Items that a board shows one after the other while nothing is called.
import { onScopeDispose, type Ref, ref, shallowRef, watch } from "vue";
import { get } from "@web/api.ts";
import type { BoardState, GuideBrief } from "@web/wire.gen.ts";

const AGAIN_MS = 60_000;

/** True when the turn is at the window with the red flag: after all items, for as long as each of them. */
export function isFlagTurn(guides: readonly GuideBrief[], now: number, seconds: number): boolean {
  if (seconds <= 0 || guides.length === 0) return true;
  return Math.floor(now / (seconds * 1000)) % (guides.length + 1) === guides.length;
}

/** The item to show at a time (ms); none without items. All boards of a zone show the same one. */
export function guideAt(guides: readonly GuideBrief[], now: number, seconds: number): GuideBrief | null {
  if (seconds <= 0 || guides.length === 0) return null;
  return guides[Math.floor(now / (seconds * 1000)) % guides.length] ?? null;
}

/** Items that a window of the zone accepts; the main board shows all. */
export function guidesOf(guides: readonly GuideBrief[], zone: string): readonly GuideBrief[] {
  return zone === "main" ? guides : guides.filter((guide) => guide.zones.includes(zone));
}

/** The items of the version in force, loaded once the board may show them. */
export function useGuides(state: Readonly<Ref<BoardState | null>>, zone: string): Readonly<Ref<readonly GuideBrief[]>> {
  const guides = shallowRef<readonly GuideBrief[]>([]);
  const loaded = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    const now = state.value;
    if (!now || now.guide_seconds <= 0 || now.version === loaded.value) return;
    try {
      const answer = await get("/api/v1/guides");
      guides.value = guidesOf(answer.guides, zone);
      loaded.value = answer.version;
    } catch {
      timer = setTimeout(() => void load(), AGAIN_MS); // the board does without them meanwhile
    }
  }

  watch([() => state.value?.version, () => (state.value?.guide_seconds ?? 0) > 0], () => void load());
  onScopeDispose(() => clearTimeout(timer));
  return guides;
}
