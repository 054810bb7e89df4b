import type { ComponentChildren } from "preact";

interface Props {
  id: string;
  title: string;
  number?: number;
  side?: ComponentChildren; // at the right of the title
  children: ComponentChildren;
}

/** One module of the instrument: a landmark with a title. */
export function Panel({ id, title, number, side, children }: Props) {
  return (
    <section class={`panel panel-${id}`} id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>
          {number !== undefined && <span class="number">{number}</span>}
          {title}
        </h2>
        {side}
      </header>
      {children}
    </section>
  );
}
