// Lists in pages of a fixed number of places, for the screen's shape: nothing scrolls, nothing jumps.
import { type Ref, computed, onScopeDispose, ref, watch } from "vue";

/** Number of columns and rows of a list. */
export interface Grid {
  columns: number;
  rows: number;
}

/** True if the screen stands upright; follows it when it is turned. */
export function useUpright(): Ref<boolean> {
  const query = matchMedia("(orientation: portrait)");
  const upright = ref(query.matches);
  const turn = (): void => {
    upright.value = query.matches;
  };
  query.addEventListener("change", turn);
  onScopeDispose(() => query.removeEventListener("change", turn));
  return upright;
}

/** The part of a list that is on the screen, and how to turn over. */
export function usePages<T>(all: Ref<readonly T[]>, grid: Ref<Grid>) {
  const page = ref(0);
  const size = computed(() => grid.value.columns * grid.value.rows);
  const pages = computed(() => Math.max(1, Math.ceil(all.value.length / size.value)));
  const shown = computed(() => all.value.slice(page.value * size.value, (page.value + 1) * size.value));
  watch([all, size], () => {
    page.value = 0;
  });
  return { page, pages, shown };
}
