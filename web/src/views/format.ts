/** "3,000" */
export const count = (value: number): string => value.toLocaleString("en");

/** "1.90"; a dash for what is not known. */
export const distance = (mss: number | null): string => (mss === null ? "–" : mss.toFixed(2));

/** "2 min 5 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const plural = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? "" : "es"}`;

/** "24 Nov, 15:40" of an ISO date. */
export function moment(date: string): string {
  const when = new Date(date);
  if (Number.isNaN(when.getTime())) return date;
  return when.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
