// Scroll sign: tells how much of a list lies below its visible part, and pages down.
import { onMounted, onScopeDispose, ref, type Ref, type ShallowRef } from "vue";

/** Parts of a pixel do not count as hidden. */
const SLACK = 4;

type Box = Pick<HTMLElement, "scrollTop" | "clientHeight" | "scrollHeight">;

/** Return true if something lies below the visible part. */
export function isCut(box: Box): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight > SLACK;
}

/** Follows a scrolling element; `down` shows the next part with one line of the last. */
export function useCut(element: Readonly<ShallowRef<HTMLElement | null>>): { cut: Ref<boolean>; look: () => void; down: () => void } {
  const cut = ref(false);
  const look = (): void => {
    cut.value = element.value !== null && isCut(element.value);
  };
  const down = (): void => {
    const box = element.value;
    box?.scrollBy({ top: box.clientHeight * 0.7, behavior: "smooth" });
  };
  const sizes = new ResizeObserver(look);
  onMounted(() => {
    if (element.value) {
      sizes.observe(element.value);
      for (const child of element.value.children) sizes.observe(child);
    }
    look();
  });
  onScopeDispose(() => sizes.disconnect());
  return { cut, look, down };
}
