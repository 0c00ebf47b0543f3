/** A figure, on a line of its own. */
export const say = (name: string, value: number, unit: string, more = "") => console.log(`bench ${name} ${Math.round(value)} ${unit}${more}`);

/** The number below which this share of them lies. */
export function part(numbers: number[], share: number) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
