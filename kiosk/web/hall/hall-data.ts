// Data of the hall on the phone: read once, and again when the page is looked at after a while.
import { onBeforeUnmount, onMounted, type Ref, ref, shallowRef } from "vue";
import { ApiError, get } from "@web/api.ts";
import { lang } from "@web/i18n.ts";
import type { Building, KioskCatalogue, PhoneHall } from "@web/wire.gen.ts";

const OLD_MS = 60_000;

/** The words of a failure, as the server or the page says them. */
export function wordsOf(error: unknown): string {
  return error instanceof ApiError ? error.words() : String(error);
}

/** A building with its address, in the language of the page. */
export function buildingWords(building: Building): string {
  const parts = lang.value === "en" ? [building.name_en || building.name, building.address_en || building.address] : [building.name, building.address];
  return parts.filter(Boolean).join(lang.value === "en" ? ", " : "，");
}

export function useHall(): { hall: Ref<PhoneHall | null>; trouble: Ref<string>; load: () => Promise<void> } {
  const hall = shallowRef<PhoneHall | null>(null);
  const trouble = ref("");
  let at = 0;
  async function load(): Promise<void> {
    try {
      hall.value = await get("/api/v1/phone-hall");
      at = performance.now();
      trouble.value = "";
    } catch (error) {
      if (!hall.value) trouble.value = wordsOf(error);
    }
  }
  const look = (): void => {
    if (document.visibilityState === "visible" && performance.now() - at > OLD_MS) void load();
  };
  onMounted(() => {
    void load();
    document.addEventListener("visibilitychange", look);
  });
  onBeforeUnmount(() => document.removeEventListener("visibilitychange", look));
  return { hall, trouble, load };
}

let catalogue: Promise<KioskCatalogue> | null = null;
/** Units and items with their search words, read once by all views. */
export function readCatalogue(): Promise<KioskCatalogue> {
  catalogue ??= get("/api/v1/catalogue").catch((error: unknown) => {
    catalogue = null;
    throw error;
  });
  return catalogue;
}
