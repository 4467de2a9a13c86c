// Passkeys: asks the server for a question, the browser for a key, and sends the answer back.
// <form data-passkey="get|create" data-options=URL data-answer=URL data-next=PAGE hidden> shows itself where browsers can.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  async function send(address, content) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
      body: JSON.stringify(content),
    });
    const said = await answer.json();
    if (said.refused) throw new Error(said.refused.join(" "));
    return said;
  }

  function asked(options) {
    const question = options.publicKey;
    question.challenge = bytes(question.challenge);
    if (question.user) question.user.id = bytes(question.user.id);
    for (const list of [question.excludeCredentials, question.allowCredentials]) {
      for (const one of list || []) one.id = bytes(one.id);
    }
    return options;
  }

  function told(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment,
    };
  }

  async function answer(form) {
    const says = form.querySelector("[data-says]");
    const button = form.querySelector("button");
    says.textContent = "";
    button.disabled = true;
    try {
      const options = asked(await send(form.dataset.options, {}));
      const credential = await navigator.credentials[form.dataset.passkey](options);
      const content = { credential: told(credential), next: form.dataset.next || "", name: form.elements.name?.value || "" };
      window.location.assign((await send(form.dataset.answer, content)).next);
    } catch (error) {
      // The browser's own words for “stopped by the person” or “no such key here” help nobody.
      says.textContent = error instanceof DOMException || error instanceof SyntaxError ? form.dataset.textFailed : error.message;
      button.disabled = false;
    }
  }

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => { event.preventDefault(); answer(form); });
  }
})();
