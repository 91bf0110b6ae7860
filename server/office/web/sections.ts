// The office's sections in the order of the menu. Each is a page of its own, loaded when it is
// opened.
import type { Component } from "vue";
import type { RouteRecordRaw } from "vue-router";
import type { Words } from "@web/i18n.ts";

export interface Section {
  /** The address after the hash; what follows a slash belongs to the section. */
  id: string;
  group: (typeof GROUPS)[number]["id"];
  name: Words;
  page: () => Promise<{ default: Component }>;
  /** The values in its address, which are properties of the page: `/:week?`. */
  route?: string;
  adminOnly?: boolean;
  /** What the page is told: the live state of today, whether an administrator looks at it. */
  given?: readonly ("state" | "admin")[];
}

export const GROUPS = [
  { id: "hall", name: { zh: "大厅", en: "Hall" } },
  { id: "attendance", name: { zh: "考勤", en: "Attendance" } },
  { id: "checks", name: { zh: "查岗与通报", en: "Checks and bulletin" } },
  { id: "system", name: { zh: "系统", en: "System" } },
] as const;

/** Name of the route of all addresses that are no section. */
export const ANY = "any";

/** The route of a section: `#month/1004/2026-10` opens `month` with these values. */
export function routeOf({ id, route = "", page }: Section): RouteRecordRaw {
  return { path: `/${id}${route}`, name: id, component: page, props: true };
}

export const SECTIONS: readonly Section[] = [
  { id: "today", group: "hall", name: { zh: "今日概况", en: "Today" }, page: () => import("./TodaySection.vue"), given: ["state"] },
  { id: "windows", group: "hall", name: { zh: "窗口", en: "Windows" }, page: () => import("./WindowsSection.vue"), given: ["state"] },
  {
    id: "attendance",
    group: "attendance",
    name: { zh: "今日考勤", en: "Attendance today" },
    page: () => import("./attendance/AttendanceSection.vue"),
  },
  {
    id: "month",
    group: "attendance",
    name: { zh: "月考勤", en: "Month sheets" },
    page: () => import("./attendance/MonthSection.vue"),
    route: "/:subject?/:period?/:kind?",
  },
  {
    id: "exceptions",
    group: "attendance",
    name: { zh: "考勤异常", en: "Exceptions" },
    page: () => import("./attendance/ExceptionsSection.vue"),
  },
  {
    id: "rules",
    group: "attendance",
    name: { zh: "班次规则", en: "Shift rules" },
    page: () => import("./attendance/RulesSection.vue"),
  },
  {
    id: "requests",
    group: "attendance",
    name: { zh: "待办审批", en: "To decide" },
    page: () => import("./requests/RequestsSection.vue"),
  },
  {
    id: "past",
    group: "attendance",
    name: { zh: "更正确认", en: "Changes of the past" },
    page: () => import("./past/PastSection.vue"),
  },
  {
    id: "leaves",
    group: "attendance",
    name: { zh: "请假与外出", en: "Leave and outings" },
    page: () => import("./requests/LeaveSection.vue"),
  },
  {
    id: "calendar",
    group: "attendance",
    name: { zh: "工作日历", en: "Working calendar" },
    page: () => import("./requests/CalendarSection.vue"),
  },
  {
    id: "checks",
    group: "checks",
    name: { zh: "查岗", en: "Spot checks" },
    page: () => import("./checks/ChecksSection.vue"),
    route: "/:place?",
  },
  {
    id: "findings",
    group: "checks",
    name: { zh: "查岗问题", en: "Findings" },
    page: () => import("./checks/FindingsSection.vue"),
    route: "/:place?",
  },
  {
    id: "readers",
    group: "attendance",
    name: { zh: "打卡机", en: "Time clocks" },
    page: () => import("./readers/ReadersSection.vue"),
    given: ["admin"],
  },
  {
    id: "bulletins",
    group: "checks",
    name: { zh: "每周通报", en: "Weekly bulletins" },
    page: () => import("./bulletin/BulletinsSection.vue"),
    route: "/:chosen?",
  },
  {
    id: "tickets",
    group: "checks",
    name: { zh: "取号明细", en: "Tickets" },
    page: () => import("./bulletin/TicketsSection.vue"),
    route: "/:code?/:week?",
  },
  { id: "devices", group: "system", name: { zh: "设备", en: "Devices" }, page: () => import("./DevicesSection.vue"), given: ["state", "admin"] },
  {
    id: "accounts",
    group: "system",
    name: { zh: "账号", en: "Accounts" },
    page: () => import("./AccountsSection.vue"),
    adminOnly: true,
  },
  {
    id: "enrol",
    group: "system",
    name: { zh: "设备登记", en: "Enrolment" },
    page: () => import("./EnrolSection.vue"),
    adminOnly: true,
  },
  { id: "settings", group: "system", name: { zh: "设置", en: "Settings" }, page: () => import("./SettingsSection.vue"), given: ["admin"] },
  {
    id: "workbook",
    group: "system",
    name: { zh: "工作簿与版本", en: "Workbook and versions" },
    page: () => import("./WorkbookSection.vue"),
    given: ["admin"],
  },
];
