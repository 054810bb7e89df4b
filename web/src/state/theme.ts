import { signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light";

const KEY = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "dark" || value === "light" ? value : "system";
}

/** What was chosen; "system" follows the machine's. */
export const theme = signal<Theme>(stored());
/** What is shown. */
export const shownTheme = signal<"dark" | "light">("dark");

function show(): void {
  shownTheme.value = theme.value === "system" ? (dark.matches ? "dark" : "light") : theme.value;
  document.documentElement.dataset["theme"] = shownTheme.value;
}

export function switchTheme(): void {
  const next = shownTheme.value === "dark" ? "light" : "dark";
  theme.value = next;
  localStorage.setItem(KEY, next);
  show();
}

export function startTheme(): void {
  dark.addEventListener("change", show);
  show();
}
