// Kinds of explanations in words.
import { dictionary } from "@web/i18n.ts";

export const KINDS = ["network", "batch", "other"] as const;

export const kindWords = dictionary({
  network: { zh: "专网故障", en: "The special network was down" },
  batch: { zh: "批量导入", en: "Batch import" },
  other: { zh: "其他", en: "Other" },
});
