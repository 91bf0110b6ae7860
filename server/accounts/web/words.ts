// Words for roles and for kinds of tokens.
import { dictionary } from "@web/i18n.ts";

export const roleWords = dictionary({
  clerk: { zh: "窗口人员", en: "Clerk" },
  manager: { zh: "管理人员", en: "Manager" },
  administrator: { zh: "系统管理员", en: "Administrator" },
});
export const ROLES = ["clerk", "manager", "administrator"] as const;
export type RoleCode = (typeof ROLES)[number];

export const tokenKindWords = dictionary({
  kiosk: { zh: "取号机", en: "Kiosk" },
  board: { zh: "大厅屏", en: "Board" },
  tablet: { zh: "评价平板", en: "Rating tablet" },
  agent: { zh: "设备主机（代理程序）", en: "Device PC (agent)" },
  branch: { zh: "分中心", en: "Branch server" },
});
