// Words of reports on the office's page and on a chief's phone.
import { dictionary, lang } from "@web/i18n.ts";
import type { MainFigure, ReportColumn, ReportTable, ReportView } from "@web/wire.gen.ts";

export type Kind = ReportView["kind"];
export type Grouping = ReportView["by"];
export const KINDS = ["day", "week", "month"] as const satisfies readonly Kind[];
export const GROUPINGS = ["unit", "item", "window", "person", "site"] as const satisfies readonly Grouping[];

export const kindWords = dictionary({
  day: { zh: "日报", en: "Day" },
  week: { zh: "周报", en: "Week" },
  month: { zh: "月报", en: "Month" },
});
export const groupingWords = dictionary({
  unit: { zh: "按单位", en: "By unit" },
  item: { zh: "按事项", en: "By item" },
  window: { zh: "按窗口", en: "By window" },
  person: { zh: "按人员", en: "By person" },
  site: { zh: "按办公地点", en: "By building" },
});
const beforeWords = dictionary({
  day: { zh: "前一天", en: "Day before" },
  week: { zh: "上一周", en: "Week before" },
  month: { zh: "上一月", en: "Month before" },
});
const afterWords = dictionary({
  day: { zh: "后一天", en: "Day after" },
  week: { zh: "下一周", en: "Week after" },
  month: { zh: "下一月", en: "Month after" },
});
export const tabWords = dictionary({
  service: { zh: "服务情况", en: "Service" },
  ratings: { zh: "群众评价", en: "Ratings" },
  cases: { zh: "办件", en: "Cases" },
  fees: { zh: "收费", en: "Fees" },
  issuing: { zh: "出件", en: "Licences" },
  joint: { zh: "联审", en: "Joint review" },
  complaints: { zh: "投诉建议", en: "Complaints" },
  days: { zh: "逐日", en: "By day" },
});
export type Tab = Parameters<typeof tabWords>[0];
export const reportWords = dictionary({
  title: { zh: "报表", en: "Reports" },
  kinds: { zh: "报表种类", en: "Kind of report" },
  groupings: { zh: "统计方式", en: "Grouping" },
  span: { zh: "{first} 至 {last}", en: "{first} to {last}" },
  running: { zh: "本期尚未结束，数字到此刻为止。", en: "The period is not over; figures up to now." },
  made: { zh: "制表时间：{when}", en: "Made at {when}" },
  compared: { zh: "上期：{first} 至 {last}", en: "Period before: {first} to {last}" },
  comparedDay: { zh: "上期：{first}", en: "Day before: {first}" },
  sheet: { zh: "下载表格", en: "Spreadsheet" },
  paper: { zh: "打印报表", en: "Sheet to print" },
  earlier: { zh: "上期 {value}", en: "before {value}" },
  tables: { zh: "内容", en: "Contents" },
  figure: { zh: "图中显示", en: "Figure in the chart" },
  chart: { zh: "柱状图：{title}，{figure}；数字见上表", en: "Bars: {title}, {figure}; the numbers stand in the table above" },
  most: { zh: "图中为数值最大的 {count} 行，共 {all} 行。", en: "The {count} largest of {all} rows are drawn." },
  none: { zh: "这一期没有数字。", en: "No figures in this period." },
  scrolled: { zh: "{title}，可滚动", en: "{title}, scrolls" },
  total: { zh: "合计", en: "Total" },
  notes: { zh: "指标怎样计算", en: "How the figures are counted" },
  own: { zh: "本单位报表", en: "My unit's report" },
});

export const titleOf = (table: ReportTable): string => (lang.value === "zh" ? table.title : table.title_en);
export const headOf = (column: { zh: string; en: string }): string => (lang.value === "zh" ? column.zh : column.en);
export const notesOf = (table: ReportTable): string[] => (lang.value === "zh" ? table.notes : table.notes_en);
/** A figure is drawn, words and changes are not. */
export const isFigure = (column: ReportColumn): boolean => column.kind !== "words" && column.kind !== "change";
export const beforeName = (kind: Kind): string => beforeWords(kind);
export const afterName = (kind: Kind): string => afterWords(kind);

/** The figure of the period before, with the change where there is one. */
export function beforeOf(figure: MainFigure): string {
  const change = figure.change === "—" ? "" : ` ${figure.change}`;
  return `${reportWords("earlier", { value: figure.earlier })}${change}`;
}

/** The days of a report in words. */
export function spanOf(report: ReportView): string {
  return report.first === report.last ? report.first : reportWords("span", { first: report.first, last: report.last });
}

/** The days of the period before, in words. */
export function earlierOf(report: ReportView): string {
  const days = { first: report.earlier_first, last: report.earlier_last };
  return days.first === days.last ? reportWords("comparedDay", days) : reportWords("compared", days);
}
