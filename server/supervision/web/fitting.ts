// Number of rows that fit into an element, kept as it changes its size.
import { onBeforeUnmount, onMounted, type Ref, ref } from "vue";

/** `rowEm`, `headEm`: heights of a row and of the head, in the element's own type size. */
export function useFittingRows(box: Readonly<Ref<HTMLElement | null>>, rowEm: number, headEm: number): Ref<number> {
  const count = ref(1);
  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return;
    const em = parseFloat(getComputedStyle(entry.target).fontSize);
    count.value = Math.max(1, Math.floor((entry.contentRect.height - headEm * em) / (rowEm * em)));
  });
  onMounted(() => box.value && observer.observe(box.value));
  onBeforeUnmount(() => observer.disconnect());
  return count;
}
