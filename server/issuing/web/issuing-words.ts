// Words of licences that the issuing window, the units and the case card share.
import { dictionary } from "@web/i18n.ts";
import type { LicenceBrief } from "@web/wire.gen.ts";

export const placeWords = dictionary({
  unit: { zh: "在单位", en: "With the unit" },
  listed: { zh: "交接途中", en: "On a hand-over list" },
  counted: { zh: "出件窗口，未上架", en: "At the window, on no shelf" },
  shelved: { zh: "已上架", en: "On the shelf" },
  posted: { zh: "邮寄途中", en: "With the post" },
  handed: { zh: "已领取", en: "Handed out" },
  delivered: { zh: "已妥投", en: "Delivered" },
  electronic: { zh: "电子证照", en: "Electronic" },
  void: { zh: "已作废", en: "Void" },
});

export const licenceMoveWords = dictionary({
  register: { zh: "登记", en: "Registered" },
  list: { zh: "列入交接清单", en: "Put on a list" },
  unlist: { zh: "撤回清单", en: "List dropped" },
  count: { zh: "双方清点", en: "Counted by two" },
  miss: { zh: "清点未到", en: "Missing at the count" },
  shelve: { zh: "上架", en: "Shelved" },
  hand: { zh: "领取", en: "Handed out" },
  post: { zh: "寄出", en: "Posted" },
  try: { zh: "投递未成", en: "Delivery failed" },
  deliver: { zh: "妥投", en: "Delivered" },
  return: { zh: "退回上架", en: "Returned to the shelf" },
  ask_back: { zh: "提出收回", en: "Return requested" },
  call_back: { zh: "收回单位", en: "Back with the unit" },
  ask_void: { zh: "提出作废", en: "Cancellation requested" },
  make_void: { zh: "作废", en: "Made void" },
  enter: { zh: "电子证照归集", en: "Entered in the library" },
});

export const recipientWords = dictionary({
  applicant: { zh: "申请人本人", en: "the applicant" },
  agent: { zh: "代领人", en: "an agent" },
  family: { zh: "同住成年家属", en: "an adult of the household" },
  reception: { zh: "单位收发人员", en: "the body's mail room" },
});

export const listWords = dictionary({
  given: { zh: "待清点", en: "To be counted" },
  received: { zh: "清点相符", en: "Counted" },
  different: { zh: "清点有差异", en: "Counted with a difference" },
  dropped: { zh: "已撤回", en: "Dropped" },
});

const copies = dictionary({
  original: { zh: "正本", en: "original" },
  copy: { zh: "副本{n}", en: "copy {n}" },
});

export const copyWords = (copy: number): string => (copy ? copies("copy", { n: copy }) : copies("original"));

/** Name, number and copy of a licence in one line. */
export const licenceName = ({ kind, number, copy_number }: Pick<LicenceBrief, "kind" | "number" | "copy_number">): string =>
  `${kind} ${number}（${copyWords(copy_number)}）`;
