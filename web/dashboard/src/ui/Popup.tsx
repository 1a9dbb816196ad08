import type { ReactNode, RefObject } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";

type Props = {
  readonly anchor: RefObject<Element | null>;
  readonly label: string;
  readonly close: () => void;
  readonly children: ReactNode;
};

/** A small dialog beside what opened it. */
export function Popup({ anchor, label, close, children }: Props) {
  return (
    <Popover triggerRef={anchor} isOpen onOpenChange={(open) => !open && close()} placement="bottom start" className="popup">
      <Dialog aria-label={label} className="popup-dialog">
        {children}
      </Dialog>
    </Popover>
  );
}
