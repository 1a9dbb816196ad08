import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

type Props = { readonly id: string; readonly className?: string; readonly title?: string; readonly children: ReactNode };

/** A link to a run for rows that come and go by the hundred: the router's own follows the router in each of them. */
export function RunLink({ id, className = "run-link", title, children }: Props) {
  const router = useRouter();
  const open = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ to: "/runs/$id", params: { id } });
  };
  return (
    <a href={`/runs/${encodeURIComponent(id)}`} className={className} title={title} tabIndex={-1} onClick={open}>
      {children}
    </a>
  );
}
