// A chart in a box: made when the box is there, drawn anew when its figures change, gone with it.
// On a canvas, for the policy allows no tooltips made of HTML.
import { type ECharts, type EChartsCoreOption, init } from "echarts/core";
import { onBeforeUnmount, onMounted, type ShallowRef, watch } from "vue";

/** The value of a colour or font token, such as "--act". */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export const labels = (): { color: string; fontFamily: string; fontSize: number } => ({
  color: token("--text-soft"),
  fontFamily: token("--font"),
  fontSize: 13,
});

/** Keeps the chart in `box` as `option` says; `figures` are what it is watched by. */
export function useChart(
  box: Readonly<ShallowRef<HTMLDivElement | null>>,
  option: () => EChartsCoreOption,
  figures: () => unknown,
): void {
  let chart: ECharts | undefined;
  let watcher: ResizeObserver | undefined;
  const draw = (): void => chart?.setOption(option(), { notMerge: true });

  onMounted(() => {
    if (!box.value) return;
    chart = init(box.value);
    draw();
    watcher = new ResizeObserver(() => chart?.resize());
    watcher.observe(box.value);
  });
  watch(figures, draw);
  onBeforeUnmount(() => {
    watcher?.disconnect();
    chart?.dispose();
  });
}
