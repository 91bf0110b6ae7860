// Words of ratings, complaints and suggestions at the kiosk.
import { dictionary } from "@web/i18n.ts";

export const voiceWords = dictionary({
  title: { zh: "评价、投诉、建议", en: "Rate, complain or suggest" },
  rating: { zh: "我要评价", en: "Rate a service" },
  ratingMore: { zh: "对刚才的办理评价", en: "How was your service?" },
  complaint: { zh: "我要投诉", en: "Complain" },
  complaintMore: { zh: "凭编号查询处理情况", en: "Follow it with a number" },
  opinion: { zh: "我要建议", en: "Suggest" },
  opinionMore: { zh: "说说大厅哪里可以更好", en: "What could be better" },
  speak: { zh: "想当面说的，请到咨询台，由工作人员登记。", en: "If you would rather speak, please go to the information desk." },
  private: { zh: "被反映的人看不到是谁反映的，也不能处理。", en: "Whoever it is about is not told who complained, and does not handle it." },
  visit: { zh: "某一次办理", en: "One of my visits" },
  window: { zh: "某个窗口", en: "A window" },
  unit: { zh: "某个部门", en: "A department" },
  slip: { zh: "请扫小票上的二维码，或输入今天小票上的号码", en: "Scan the code on your slip, or enter today's number" },
  windowNumber: { zh: "请输入窗口号", en: "Enter the number of the window" },
  topics: { zh: "请点选主要问题（可多选）", en: "Touch what it is about (one or more)" },
  phone: { zh: "需要电话回复的，请输入电话（可不填）", en: "For an answer by telephone enter a number (optional)" },
  next: { zh: "下一步", en: "Next" },
  send: { zh: "提交", en: "Send" },
  busy: { zh: "正在提交……", en: "Sending …" },
  thanks: { zh: "谢谢您", en: "Thank you" },
  given: { zh: "您的评价：{level}", en: "Your rating: {level}" },
  qr: { zh: "查询处理情况的二维码", en: "QR code to follow it" },
});
