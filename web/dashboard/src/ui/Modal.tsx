import type { ReactNode } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal as AriaModal, ModalOverlay } from "react-aria-components/Modal";

type Props = {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
};

/** A dialog in front of the page. Escape closes it. */
export function Modal({ title, close, children }: Props) {
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && close()}>
      <AriaModal className="modal">
        <Dialog className="modal-dialog">
          <Heading slot="title" className="modal-title">
            {title}
          </Heading>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
}
