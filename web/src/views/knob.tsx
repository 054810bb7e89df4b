import { useRef } from "preact/hooks";

interface Props {
  label: string;
  value: number; // 0 to 1
  text: string; // what it says in the synth's own units
  min?: number | undefined;
  max?: number | undefined;
  disabled?: boolean;
  onTurn: (value: number) => void;
}

const SWEEP = 270; // degrees from end to end
const TRAVEL = 200; // pixels of a drag from end to end
const FINE = 0.005;
const COARSE = 0.05;
const RADIUS = 19;

function arc(from: number, to: number): string {
  const point = (part: number) => {
    const angle = ((part * SWEEP - SWEEP / 2 - 90) * Math.PI) / 180;
    return `${(24 + RADIUS * Math.cos(angle)).toFixed(2)} ${(24 + RADIUS * Math.sin(angle)).toFixed(2)}`;
  };
  const [low, high] = from < to ? [from, to] : [to, from];
  return `M${point(low)}A${RADIUS} ${RADIUS} 0 ${(high - low) * SWEEP > 180 ? 1 : 0} 1 ${point(high)}`;
}

/** A rotary knob: drag up and down, turn the wheel, or use the arrow keys. */
export function Knob({ label, value, text, min = 0, max = 1, disabled = false, onTurn }: Props) {
  const drag = useRef<{ y: number; value: number } | null>(null);
  const part = max > min ? (value - min) / (max - min) : 0;
  const turnTo = (next: number) => {
    const bounded = Math.max(min, Math.min(max, next));
    if (!disabled && bounded !== value) onTurn(bounded);
  };
  const key = (event: KeyboardEvent) => {
    const span = max - min;
    const fine = event.shiftKey ? FINE / 5 : FINE;
    const next: Record<string, number> = {
      ArrowUp: value + fine * span,
      ArrowRight: value + fine * span,
      ArrowDown: value - fine * span,
      ArrowLeft: value - fine * span,
      PageUp: value + COARSE * span,
      PageDown: value - COARSE * span,
      Home: min,
      End: max,
    };
    const wanted = next[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    turnTo(wanted);
  };
  return (
    <div
      class="knob"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={Number(value.toFixed(4))}
      aria-valuetext={text}
      aria-disabled={disabled}
      onKeyDown={key}
      onWheel={(event) => {
        // Only the knob that has the focus: a page that is scrolled must turn nothing.
        if (document.activeElement !== event.currentTarget) return;
        event.preventDefault();
        turnTo(value - Math.sign(event.deltaY) * 2 * FINE * (max - min));
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { y: event.clientY, value };
      }}
      onPointerMove={(event) => {
        if (!drag.current) return;
        const speed = event.shiftKey ? 0.2 : 1;
        turnTo(drag.current.value + ((drag.current.y - event.clientY) / TRAVEL) * speed * (max - min));
      }}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
    >
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <path class="track" d={arc(0, 1)} />
        <path class="filled" d={arc(0, Math.max(part, 0.001))} />
        <circle cx="24" cy="24" r="13" />
        <path class="pointer" d="M24 20V13" style={{ transform: `rotate(${part * SWEEP - SWEEP / 2}deg)` }} />
      </svg>
    </div>
  );
}
